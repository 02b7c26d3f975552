# Bitrix24: deals, contacts and companies of its CRM, as it exports them (CSV; in Russian or English)

[orders]
map order = ID
optional date = Дата закрытия
optional date = Дата создания
optional date = Close date
map date = Created on
optional total = Сумма
map total = Total
# A deal with several products has a row for each of them, with the sum of the deal in each row.
optional title = [`Товар`, `Цена`, `Количество`][0]
optional title = [Product, Price, Quantity][0]
optional quantity = [`Количество`, `Цена`, `Товар`][0]
optional quantity = [Quantity, Price, Product][0]
optional price = [`Цена`, `Количество`, `Товар`][0]
optional price = [Price, Quantity, Product][0]
rest = spread
optional currency = `Валюта`.replace("Российский рубль", "RUB").replace("Рубль", "RUB")
optional currency = Currency
optional customer = `Контакт: ID`
optional customer = `Contact: ID`
optional email = `Контакт: Рабочий e-mail`
optional email = `Contact: Work e-mail`
optional phone = `Контакт: Рабочий телефон`.split(",")[0].trim()
optional phone = `Контакт: Мобильный телефон`.split(",")[0].trim()
optional phone = `Contact: Work phone`.split(",")[0].trim()
optional name = Контакт
optional name = Contact
optional status = Стадия сделки
map status = Stage
word status сделка успешна = COMPLETED
word status успешно = COMPLETED
word status deal won = COMPLETED
word status won = COMPLETED
word status сделка провалена = CANCELLED
word status провалена = CANCELLED
word status анализ причины провала = CANCELLED
word status deal lost = CANCELLED
word status lost = CANCELLED
word status analyze failure = CANCELLED
# Every other stage is one of the work on a deal.
word status * = PLACED

[customers]
map external_id = ID
optional name = firstOf([(`Имя` + " " + `Фамилия`).trim(), `Рабочий телефон`, ID])
optional name = firstOf([(`First name` + " " + `Last name`).trim(), ID])
optional name = Название компании
map name = Company Name
optional email = `Рабочий e-mail`.split(",")[0].trim()
optional email = `Work e-mail`.split(",")[0].trim()
optional phone = firstOf([`Рабочий телефон`, `Мобильный телефон`]).split(",")[0].trim()
optional phone = `Рабочий телефон`.split(",")[0].trim()
optional phone = `Work phone`.split(",")[0].trim()
