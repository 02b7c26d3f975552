# Google Contacts: contacts, as it exports them (Google CSV, of before 2024 or after)

[customers]
# Several values of one field are divided by " ::: "; the first is taken. Contacts without e-mail and phone cannot be found again.
optional name = firstOf([(`First Name` + " " + `Last Name`).trim(), `Organization Name`, `E-mail 1 - Value`, `Phone 1 - Value`])
optional name = firstOf([Name, `E-mail 1 - Value`, `Phone 1 - Value`])
map name = Name
map email = `E-mail 1 - Value`.split(" ::: ")[0].trim()
map phone = `Phone 1 - Value`.split(" ::: ")[0].trim()
optional kind = `First Name` + `Last Name` == "" && `Organization Name` != "" ? "COMPANY" : "PERSON"
optional birthday = Birthday
where = `E-mail 1 - Value` + `Phone 1 - Value` != ""
