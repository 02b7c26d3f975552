# WooCommerce: orders and customers, as its export plugins write them (CSV)

[orders]
optional order = order_number
optional order = order_id
optional order = Order Number
map order = Order ID
optional date = date
optional date = order_date
map date = Order Date
optional total = order_total
map total = Order Total Amount
# What each row sells, where the export has a row for each item. Delivery, fees and coupons are in the total alone: they are spread.
optional sku = [SKU, `Item Name`, `Item Cost`, `Quantity (- Refund)`][0]
optional title = [`Item Name`, `Item Cost`, `Quantity (- Refund)`][0]
optional quantity = [`Quantity (- Refund)`, `Item Name`, `Item Cost`][0]
optional price = [`Item Cost`, `Item Name`, `Quantity (- Refund)`][0]
rest = spread
optional currency = order_currency
optional currency = Order Currency
optional status = status
optional status = order_status
map status = Order Status
# processing is paid and not yet sent: an order that stands, and is not completed.
word status completed = COMPLETED
word status wc-completed = COMPLETED
word status processing = PLACED
word status wc-processing = PLACED
word status on hold = PLACED
word status on-hold = PLACED
word status wc-on-hold = PLACED
word status pending = PLACED
word status pending payment = PLACED
word status wc-pending = PLACED
word status checkout-draft = PLACED
word status cancelled = CANCELLED
word status wc-cancelled = CANCELLED
word status failed = CANCELLED
word status wc-failed = CANCELLED
word status refunded = REFUNDED
word status wc-refunded = REFUNDED
optional refunded = refunded_total
optional refunded = Order Refund Amount
optional email = billing_email
optional email = `Email (Billing)`
optional phone = billing_phone
optional phone = `Phone (Billing)`
optional name = (billing_first_name + " " + billing_last_name).trim()
optional name = (`First Name (Billing)` + " " + `Last Name (Billing)`).trim()

[customers]
optional external_id = customer_id
optional external_id = ID
optional name = firstOf([(first_name + " " + last_name).trim(), email])
optional name = firstOf([(billing_first_name + " " + billing_last_name).trim(), email])
map name = Name
optional email = email
map email = Email
optional phone = billing_phone
