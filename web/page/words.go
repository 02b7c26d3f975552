package page

// words are the texts of the pages in one language.
type words struct {
	Lang, OtherLang, OtherName, LanguageLabel string

	Title, TryLater, WrongLink                   string
	LeaveTitle, LeaveAsk, LeaveButton, LeaveDone string
}

var russian = words{
	Lang: "ru", OtherLang: "en", OtherName: "English", LanguageLabel: "Язык",

	Title:     "Ваши разрешения",
	TryLater:  "Сейчас это невозможно; пожалуйста, попробуйте через несколько минут.",
	WrongLink: "Эта ссылка неверна, неполна или больше не действует. Пожалуйста, используйте ссылку целиком.",

	LeaveTitle:  "Отказ от сообщений",
	LeaveAsk:    "Нажмите кнопку, и мы больше не будем обращаться к вам по этому разрешению.",
	LeaveButton: "Больше не обращаться ко мне",
	LeaveDone:   "Готово. Мы больше не будем обращаться к вам по этому разрешению.",
}

var english = words{
	Lang: "en", OtherLang: "ru", OtherName: "Русский", LanguageLabel: "Language",

	Title:     "Your permissions",
	TryLater:  "This is not possible at the moment; please try again in a few minutes.",
	WrongLink: "This link is wrong, incomplete or no longer valid. Please use the whole link.",

	LeaveTitle:  "Unsubscribe",
	LeaveAsk:    "Press the button, and we will not write or call on this permission any more.",
	LeaveButton: "Stop contacting me",
	LeaveDone:   "Done. We will not write or call on this permission any more.",
}
