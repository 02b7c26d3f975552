package page

// words are the texts of the pages in one language.
type words struct {
	Lang, OtherLang, OtherName, LanguageLabel string

	Title, TryLater, WrongLink                   string
	LeaveTitle, LeaveAsk, LeaveButton, LeaveDone string

	StandingTitle, StandingNone, Until, Pending      string
	End, LowerTo, LowerButton, EndAll, EndAllExplain string
	OfferedTitle, OfferedExplain, Agree              string
	HeldTitle, HeldExplain, SendCode, NoCode         string
	CodeSent, CodeLabel, CodeHint, EnterCode         string
	HeldShown, Download, Receipt, NoReceipt          string
	TooMany, WrongCode, ViewingOver, NotChanged      string

	Done                       map[string]string // what was done, by the name in the address
	Channels, Purposes, Levels map[string]string // by their names in the API
}

var russian = words{
	Lang: "ru", OtherLang: "en", OtherName: "English", LanguageLabel: "Язык",

	Title:     "Ваши разрешения",
	TryLater:  "Сейчас это невозможно; пожалуйста, попробуйте через несколько минут.",
	WrongLink: "Эта ссылка неверна, неполна или больше не действует. Пожалуйста, используйте ссылку целиком или попросите у нас новую.",

	LeaveTitle:  "Отказ от сообщений",
	LeaveAsk:    "Нажмите кнопку, и мы больше не будем обращаться к вам по этому разрешению.",
	LeaveButton: "Больше не обращаться ко мне",
	LeaveDone:   "Готово. Мы больше не будем обращаться к вам по этому разрешению.",

	StandingTitle: "Что вы нам разрешили",
	StandingNone:  "Сейчас вы ничего нам не разрешали: мы обращаемся к вам, только чтобы ответить или исполнить заказ.",
	Until:         "до", Pending: "ждёт вашего подтверждения",
	End: "Отозвать", LowerTo: "Разрешить меньше", LowerButton: "Изменить",
	EndAll: "Отозвать все разрешения", EndAllExplain: "После этого мы больше ничего не будем вам предлагать.",
	OfferedTitle: "Что можно разрешить ещё", OfferedExplain: "Согласие даётся отдельно на каждое; его можно отозвать здесь в любое время.", Agree: "Согласен",
	HeldTitle:   "Что мы о вас храним",
	HeldExplain: "Чтобы это увидели только вы, мы пришлём код на ваш адрес электронной почты, который нам известен.",
	SendCode:    "Прислать код", NoCode: "Прислать код сейчас нельзя. Пожалуйста, обратитесь к нам.",
	CodeSent: "Код отправлен, если адрес верен. Он действует десять минут.", CodeLabel: "Код из письма", CodeHint: "восемь цифр", EnterCode: "Показать мои данные",
	HeldShown: "Это всё, что мы о вас храним. Смотреть и скачивать можно десять минут.", Download: "Скачать мои данные (JSON)", Receipt: "Скачать квитанцию о согласиях", NoReceipt: "Квитанцию сейчас выдать нельзя.",
	TooMany:     "Запрошено слишком много кодов. Пожалуйста, попробуйте позже.",
	WrongCode:   "Этот код неверен, уже использован или больше не действует.",
	ViewingOver: "Время просмотра вышло: запросите код ещё раз.",
	NotChanged:  "Изменить не удалось: разрешение уже другое. Ниже показано, как есть сейчас.",

	Done: map[string]string{
		"revoked": "Готово: разрешение отозвано.", "revokedAll": "Готово: все разрешения отозваны.", "lowered": "Готово: теперь вы разрешаете меньше.", "granted": "Спасибо, ваше согласие записано.",
	},
	Channels: map[string]string{
		"PHONE": "Телефон", "EMAIL": "Электронная почта", "SMS": "СМС", "MESSENGER": "Мессенджер", "POST": "Почта", "VISIT": "Личная встреча", "WEB": "Сайт", "APP": "Приложение",
	},
	Purposes: map[string]string{
		"MARKETING": "новости и предложения", "PERSONALISATION": "предложения и цены лично для вас", "SERVICE": "ответы, доставка, обслуживание", "PARTNER_SHARING": "передача ваших данных партнёру, через которого вы пришли",
	},
	Levels: map[string]string{
		"SITUATION": "только по текущему вопросу", "BRAND_TRUST": "общие новости и предложения для всех", "PERSONAL": "то, что подходит лично вам, по тому, что мы о вас знаем",
		"POINTS": "то же и участие в программе баллов", "INTRAVENOUS": "мы можем действовать от вашего имени",
	},
}

var english = words{
	Lang: "en", OtherLang: "ru", OtherName: "Русский", LanguageLabel: "Language",

	Title:     "Your permissions",
	TryLater:  "This is not possible at the moment; please try again in a few minutes.",
	WrongLink: "This link is wrong, incomplete or no longer valid. Please use the whole link, or ask us for a new one.",

	LeaveTitle:  "Unsubscribe",
	LeaveAsk:    "Press the button, and we will not write or call on this permission any more.",
	LeaveButton: "Stop contacting me",
	LeaveDone:   "Done. We will not write or call on this permission any more.",

	StandingTitle: "What you permit us",
	StandingNone:  "You permit us nothing at present: we contact you only to answer or to carry out an order.",
	Until:         "until", Pending: "waits for your confirmation",
	End: "Revoke", LowerTo: "Permit less", LowerButton: "Change",
	EndAll: "Revoke all permissions", EndAllExplain: "After that we will not offer you anything any more.",
	OfferedTitle: "What you may permit besides", OfferedExplain: "Each consent is given by itself, and can be revoked here at any time.", Agree: "I agree",
	HeldTitle:   "What we hold about you",
	HeldExplain: "So that nobody but you sees it, we send a code to the e-mail address of yours that we know.",
	SendCode:    "Send me a code", NoCode: "No code can be sent at present. Please contact us.",
	CodeSent: "The code is on its way, if the address is right. It is valid for ten minutes.", CodeLabel: "The code from the e-mail", CodeHint: "eight digits", EnterCode: "Show my data",
	HeldShown: "This is everything that we hold about you. It can be read and downloaded for ten minutes.", Download: "Download my data (JSON)", Receipt: "Download the receipt of my consents", NoReceipt: "No receipt can be issued at present.",
	TooMany:     "Too many codes were asked for. Please try again later.",
	WrongCode:   "This code is wrong, was used, or is no longer valid.",
	ViewingOver: "The time for reading is over: ask for another code.",
	NotChanged:  "It could not be changed: the permission is another by now. Below is how it stands.",

	Done: map[string]string{
		"revoked": "Done: the permission is revoked.", "revokedAll": "Done: all permissions are revoked.", "lowered": "Done: you permit less now.", "granted": "Thank you, your consent is recorded.",
	},
	Channels: map[string]string{
		"PHONE": "Telephone", "EMAIL": "E-mail", "SMS": "SMS", "MESSENGER": "Messenger", "POST": "Post", "VISIT": "In person", "WEB": "Web site", "APP": "App",
	},
	Purposes: map[string]string{
		"MARKETING": "news and offers", "PERSONALISATION": "offers and prices made for you", "SERVICE": "answers, deliveries, service", "PARTNER_SHARING": "giving your data to the partner through whom you came",
	},
	Levels: map[string]string{
		"SITUATION": "about the present matter only", "BRAND_TRUST": "news and offers for everybody", "PERSONAL": "what fits you, by what we know about you",
		"POINTS": "the same, and points of a rewards programme", "INTRAVENOUS": "we may act on your behalf",
	},
}
