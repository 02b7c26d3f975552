# Shopify: orders and customers, as the admin exports them (CSV)

[orders]
# The rows of one order have one Name; what is of the whole order stands on the first of them.
map order = Name
map date = Created at
map total = Total
# What each row sells. Delivery, taxes and discounts on the whole order are in the total alone: they are spread over the lines.
optional sku = [`Lineitem sku`, `Lineitem name`, `Lineitem quantity`, `Lineitem price`][0]
optional title = [`Lineitem name`, `Lineitem quantity`, `Lineitem price`][0]
optional quantity = [`Lineitem quantity`, `Lineitem name`, `Lineitem price`][0]
optional price = [`Lineitem price`, `Lineitem name`, `Lineitem quantity`][0]
optional discount = [`Lineitem discount`, `Lineitem name`, `Lineitem quantity`, `Lineitem price`][0]
rest = spread
optional currency = Currency
optional email = Email
optional name = Billing Name
optional phone = firstOf([`Billing Phone`, Phone])
optional phone = Billing Phone
optional phone = Phone
# An order that was cancelled before it was paid has never been one; what was paid and given back is in Refunded Amount.
optional status = `Cancelled at` != "" && `Financial Status` in ["pending", "authorized"] ? "voided" : `Financial Status`
map status = Financial Status
word status paid = COMPLETED
word status partially_refunded = COMPLETED
word status refunded = REFUNDED
word status pending = PLACED
word status authorized = PLACED
word status partially_paid = PLACED
word status unpaid = PLACED
word status voided = CANCELLED
word status expired = CANCELLED
optional refunded = Refunded Amount
optional cancelled_at = Cancelled at

[customers]
# Newer exports have an apostrophe before the id.
optional external_id = `Customer ID`.replace("'", "")
map name = firstOf([(`First Name` + " " + `Last Name`).trim(), Email, Phone])
map email = Email
optional phone = firstOf([Phone, `Default Address Phone`])
optional phone = Phone
