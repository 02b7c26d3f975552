# Call logs of telephone exchanges: calls as contacts (CSV; in Russian or English)

[contacts]
optional at = Дата и время
optional at = Дата
optional at = `Date/Time`
optional at = Date
map at = Start time
# The customer is the other side: who called us, or whom we called.
optional phone = `Тип`.matches("(?i)^исх") ? `Куда` : `Кто звонил`
optional phone = Direction.lowerAscii().startsWith("in") ? From : To
map phone = Type.lowerAscii().startsWith("in") ? From : To
optional direction = Тип
optional direction = Direction
map direction = Type
word direction входящий = INBOUND
word direction входящий пропущенный = INBOUND
word direction пропущенный = INBOUND
word direction исходящий = OUTBOUND
word direction in = INBOUND
word direction incoming = INBOUND
word direction inbound = INBOUND
word direction out = OUTBOUND
word direction outgoing = OUTBOUND
word direction outbound = OUTBOUND
map kind = "INFO_CALL"
map channel = "PHONE"
# 00:03:12, or seconds.
optional minutes = hms(`Длительность`)
optional minutes = hms(Duration)
optional notes = Менеджер
optional notes = Agent
