extension LanguageCode {
  /// The languages of multilingual Whisper models in the order of their tokens; models before large-v3 lack the last.
  ///
  /// - Reference: openai/whisper `whisper/tokenizer.py`, `LANGUAGES`.
  static let table: [(code: String, name: String)] = [
    ("en", "English"), ("zh", "Chinese"), ("de", "German"), ("es", "Spanish"), ("ru", "Russian"), ("ko", "Korean"),
    ("fr", "French"), ("ja", "Japanese"), ("pt", "Portuguese"), ("tr", "Turkish"), ("pl", "Polish"),
    ("ca", "Catalan"), ("nl", "Dutch"), ("ar", "Arabic"), ("sv", "Swedish"), ("it", "Italian"), ("id", "Indonesian"),
    ("hi", "Hindi"), ("fi", "Finnish"), ("vi", "Vietnamese"), ("he", "Hebrew"), ("uk", "Ukrainian"), ("el", "Greek"),
    ("ms", "Malay"), ("cs", "Czech"), ("ro", "Romanian"), ("da", "Danish"), ("hu", "Hungarian"), ("ta", "Tamil"),
    ("no", "Norwegian"), ("th", "Thai"), ("ur", "Urdu"), ("hr", "Croatian"), ("bg", "Bulgarian"),
    ("lt", "Lithuanian"), ("la", "Latin"), ("mi", "Maori"), ("ml", "Malayalam"), ("cy", "Welsh"), ("sk", "Slovak"),
    ("te", "Telugu"), ("fa", "Persian"), ("lv", "Latvian"), ("bn", "Bengali"), ("sr", "Serbian"),
    ("az", "Azerbaijani"), ("sl", "Slovenian"), ("kn", "Kannada"), ("et", "Estonian"), ("mk", "Macedonian"),
    ("br", "Breton"), ("eu", "Basque"), ("is", "Icelandic"), ("hy", "Armenian"), ("ne", "Nepali"),
    ("mn", "Mongolian"), ("bs", "Bosnian"), ("kk", "Kazakh"), ("sq", "Albanian"), ("sw", "Swahili"),
    ("gl", "Galician"), ("mr", "Marathi"), ("pa", "Punjabi"), ("si", "Sinhala"), ("km", "Khmer"), ("sn", "Shona"),
    ("yo", "Yoruba"), ("so", "Somali"), ("af", "Afrikaans"), ("oc", "Occitan"), ("ka", "Georgian"),
    ("be", "Belarusian"), ("tg", "Tajik"), ("sd", "Sindhi"), ("gu", "Gujarati"), ("am", "Amharic"), ("yi", "Yiddish"),
    ("lo", "Lao"), ("uz", "Uzbek"), ("fo", "Faroese"), ("ht", "Haitian Creole"), ("ps", "Pashto"), ("tk", "Turkmen"),
    ("nn", "Nynorsk"), ("mt", "Maltese"), ("sa", "Sanskrit"), ("lb", "Luxembourgish"), ("my", "Myanmar"),
    ("bo", "Tibetan"), ("tl", "Tagalog"), ("mg", "Malagasy"), ("as", "Assamese"), ("tt", "Tatar"),
    ("haw", "Hawaiian"), ("ln", "Lingala"), ("ha", "Hausa"), ("ba", "Bashkir"), ("jw", "Javanese"),
    ("su", "Sundanese"), ("yue", "Cantonese"),
  ]

  /// Other names, old and three-letter codes, and what some languages call themselves.
  static let aliases: [String: String] = [
    "burmese": "my", "valencian": "ca", "flemish": "nl", "haitian": "ht", "letzeburgesch": "lb", "pushto": "ps",
    "panjabi": "pa", "moldavian": "ro", "moldovan": "ro", "sinhalese": "si", "castilian": "es", "mandarin": "zh",
    "nb": "no", "iw": "he", "in": "id", "ji": "yi", "jv": "jw", "fil": "tl", "cmn": "zh", "mo": "ro", "zh-yue": "yue",
    "bokmål": "no", "filipino": "tl", "farsi": "fa", "eng": "en", "por": "pt", "spa": "es", "fra": "fr", "fre": "fr",
    "deu": "de", "ger": "de", "ita": "it", "nld": "nl", "dut": "nl", "jpn": "ja", "kor": "ko", "zho": "zh",
    "chi": "zh", "rus": "ru", "ara": "ar", "hin": "hi", "pol": "pl", "tur": "tr", "swe": "sv", "ukr": "uk",
    "ell": "el", "gre": "el", "ces": "cs", "cze": "cs", "dan": "da", "fin": "fi", "heb": "he", "hun": "hu",
    "ind": "id", "nor": "no", "ron": "ro", "rum": "ro", "vie": "vi", "tha": "th", "cat": "ca", "português": "pt",
    "español": "es", "français": "fr", "deutsch": "de", "italiano": "it", "nederlands": "nl", "polski": "pl",
    "svenska": "sv", "русский": "ru", "українська": "uk", "türkçe": "tr", "català": "ca", "日本語": "ja", "中文": "zh",
    "한국어": "ko", "العربية": "ar", "हिन्दी": "hi",
  ]
}
