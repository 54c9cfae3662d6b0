"""What web shops say of orders, read into our words: pure, and nothing that a shop may send raises."""
