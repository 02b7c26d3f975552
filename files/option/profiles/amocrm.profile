# amoCRM (Kommo): leads and contacts, as it exports them (CSV; in Russian or English)

null = не заполнено,не закрыта,not set

[orders]
map order = ID
optional date = firstOf([`Дата закрытия`, `Дата создания`])
optional date = Дата создания сделки
optional date = Дата создания
map date = Created at
optional amount = firstOf([`Бюджет`, "0"])
optional amount = firstOf([`Бюджет ₽`, "0"])
map amount = firstOf([`Sale`, "0"])
optional email = `Рабочий email`.split(",")[0].trim()
optional email = `Work email`.split(",")[0].trim()
optional phone = `Рабочий телефон`.split(",")[0].replace("'", "").trim()
optional phone = `Work phone`.split(",")[0].replace("'", "").trim()
optional name = Основной контакт
optional name = Полное имя контакта
optional name = Main contact
optional status = Этап сделки
map status = Lead stage
word status успешно реализовано = COMPLETED
word status closed - won = COMPLETED
word status закрыто и не реализовано = CANCELLED
word status closed - lost = CANCELLED
# Every other stage is one of the work on a lead.
word status * = PLACED

[customers]
map external_id = ID
optional name = Наименование
optional name = Имя
optional name = Полное имя
map name = Full name
optional email = `Рабочий email`.split(",")[0].trim()
optional email = `Work email`.split(",")[0].trim()
optional phone = `Рабочий телефон`.split(",")[0].replace("'", "").trim()
optional phone = `Work phone`.split(",")[0].replace("'", "").trim()
