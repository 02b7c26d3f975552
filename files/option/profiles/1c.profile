# 1C: documents of sale, counterparties and price lists, as its lists are saved (CSV or text)

[orders]
# The numbers of documents begin anew each year.
map order = `Номер` + "/" + `Дата`.split(" ")[0].split(".")[2]
map date = Дата
optional amount = Сумма документа
map amount = Сумма
# Lists of what was sold have a row for each item, with its sum.
optional sku = [`Артикул`, `Номенклатура`][0]
optional title = Номенклатура
optional quantity = [`Количество`, `Номенклатура`][0]
optional currency = `Валюта`.replace("руб.", "RUB").replace("руб", "RUB")
optional customer = Контрагент.Код
optional customer = Код контрагента
optional customer = ИНН
map customer = Контрагент
optional name = Контрагент
# A document that was not posted is no sale.
optional status = Проведен
optional status = Проведён
word status да = COMPLETED
word status истина = COMPLETED
word status нет = CANCELLED
word status ложь = CANCELLED
word status "" = CANCELLED

[customers]
optional external_id = Код
map external_id = ИНН
optional name = Наименование
map name = Контрагент
optional phone = `Телефон`.split(",")[0].trim()
optional email = Адрес электронной почты
optional email = E-mail
optional kind = Вид контрагента
optional kind = `Юр. / физ. лицо`
word kind юридическое лицо = COMPANY
word kind юр. лицо = COMPANY
word kind компания = COMPANY
word kind обособленное подразделение = COMPANY
word kind * = PERSON

[rates]
map subject = "MATERIAL"
optional code = Артикул
optional code = Код
map code = Номенклатура
optional unit = Единица измерения
optional unit = Ед. изм.
map unit = Единица
map amount = Цена
optional valid_from = Дата
map valid_from = Период
