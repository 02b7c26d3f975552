# HubSpot: deals and contacts, as it exports them (CSV)

[orders]
map order = Record ID
optional date = firstOf([`Close Date`, `Create Date`])
map date = Create Date
map amount = Amount
optional currency = Currency
optional customer = `Associated Contact IDs`.split(";")[0].trim()
optional customer = `Associated Contact IDs (Primary)`
optional name = `Associated Contact`.split("(")[0].trim()
# A deal's stage may have its pipeline behind it: Closed won (Sales Pipeline).
map status = `Deal Stage`.split("(")[0].trim()
word status closed won = COMPLETED
word status closedwon = COMPLETED
word status won = COMPLETED
word status closed lost = CANCELLED
word status closedlost = CANCELLED
word status lost = CANCELLED
# Every other stage is one of the work on a deal.
word status * = PLACED

[customers]
map external_id = Record ID
map name = firstOf([(`First Name` + " " + `Last Name`).trim(), Email, `Record ID`])
map email = Email
optional phone = firstOf([`Phone Number`, `Mobile Phone Number`])
optional phone = Phone Number
