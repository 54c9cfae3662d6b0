"""The errands of web shops: an event worked, for the doors and for the errand that looks up; and the lookup at Shopify."""
