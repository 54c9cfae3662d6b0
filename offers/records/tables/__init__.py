"""The tables, one file a noun. Importing this room makes all of them known to the metadata."""

from offers.records.tables.campaigns import Campaign, CampaignVersion
from offers.records.tables.conversations import Conversation, ConversationMessage
from offers.records.tables.counts import DayCount
from offers.records.tables.coupons import Coupon
from offers.records.tables.customers import Consent, Customer
from offers.records.tables.decisions import Decision
from offers.records.tables.deferrals import Deferral
from offers.records.tables.deliveries import Delivery
from offers.records.tables.devices import Device
from offers.records.tables.funnels import FunnelCount, FunnelDay
from offers.records.tables.keys import ServerKey
from offers.records.tables.offers import Offer, OfferAtPlace, OfferCode
from offers.records.tables.orders import Order
from offers.records.tables.payments import Payment
from offers.records.tables.places import Geofence, GeofenceVersion, Place
from offers.records.tables.posters import Poster, Scan
from offers.records.tables.products import Product
from offers.records.tables.purchases import Purchase, PurchaseItem
from offers.records.tables.push_lanes import PushLane
from offers.records.tables.recognitions import PageLink, PhoneCode
from offers.records.tables.service_texts import ServiceText
from offers.records.tables.settings import DeskSettings
from offers.records.tables.shops import Shop, ShopEvent
from offers.records.tables.stays import Stay, Transition, Visit
from offers.records.tables.users import Deed, User, UserSession

__all__ = [
    "Campaign",
    "CampaignVersion",
    "Consent",
    "Conversation",
    "ConversationMessage",
    "Coupon",
    "Customer",
    "DayCount",
    "Decision",
    "Deed",
    "Deferral",
    "Delivery",
    "DeskSettings",
    "Device",
    "FunnelCount",
    "FunnelDay",
    "Geofence",
    "GeofenceVersion",
    "Offer",
    "OfferAtPlace",
    "OfferCode",
    "Order",
    "PageLink",
    "Payment",
    "PhoneCode",
    "Place",
    "Poster",
    "Product",
    "Purchase",
    "PurchaseItem",
    "PushLane",
    "Scan",
    "ServerKey",
    "ServiceText",
    "Shop",
    "ShopEvent",
    "Stay",
    "Transition",
    "User",
    "UserSession",
    "Visit",
]
