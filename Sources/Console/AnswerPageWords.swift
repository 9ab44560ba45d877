import Registry

/// What the residents' page says around the message and the buttons, which come from `messages/`. To be confirmed by
/// native speakers before use, as those.
struct AnswerPageWords {
    var question: String
    var change: String
    var taken: String
    var lost: String
    var expired: String
    var emergency: String

    /// - Parameter language: English is spoken where there is no other.
    init(_ language: Language) {
        let primary = String(language.tag.prefix { $0 != "-" })
        self = Self.words[language.tag] ?? Self.words[primary] ?? Self.english
    }

    private init(
        _ question: String, _ change: String, _ taken: String, _ lost: String, _ expired: String, _ emergency: String
    ) {
        self.question = question
        self.change = change
        self.taken = taken
        self.lost = lost
        self.expired = expired
        self.emergency = emergency
    }

    private static let english = AnswerPageWords(
        "Are you safe?", "Has something changed?", "Your answer has been taken:",
        "Your answer could not be kept. Please press again.", "This link does not work any more.",
        "In danger of life call 999.")

    private static let chinese = AnswerPageWords(
        "你安全嗎？", "情況有變嗎？", "已收到你的回覆：", "未能記錄你的回覆，請再按一次。", "此連結已失效。", "如有生命危險，請致電 999。")

    private static let words: [String: AnswerPageWords] = [
        "en": english, "zh-Hant": chinese, "zh": chinese,
        "zh-Hans": AnswerPageWords(
            "你安全吗？", "情况有变吗？", "已收到你的回复：", "未能记录你的回复，请再按一次。", "此链接已失效。", "如有生命危险，请致电 999。"),
        "fil": AnswerPageWords(
            "Ligtas ka ba?", "May nagbago ba?", "Natanggap ang sagot mo:",
            "Hindi naitala ang sagot mo. Pakipindot muli.", "Hindi na gumagana ang link na ito.",
            "Kung nanganganib ang buhay, tumawag sa 999."),
        "id": AnswerPageWords(
            "Apakah Anda selamat?", "Apakah ada perubahan?", "Jawaban Anda sudah diterima:",
            "Jawaban Anda tidak tersimpan. Tekan sekali lagi.", "Tautan ini tidak berlaku lagi.",
            "Jika nyawa terancam, telepon 999."),
        "hi": AnswerPageWords(
            "क्या आप सुरक्षित हैं?", "क्या कुछ बदला है?", "आपका जवाब मिल गया है:",
            "आपका जवाब दर्ज नहीं हो सका। कृपया फिर से दबाएँ।", "यह लिंक अब काम नहीं करता।",
            "जान का खतरा हो तो 999 पर फ़ोन करें।"),
        "ne": AnswerPageWords(
            "तपाईं सुरक्षित हुनुहुन्छ?", "केही परिवर्तन भयो?", "तपाईंको जवाफ प्राप्त भयो:",
            "तपाईंको जवाफ दर्ता हुन सकेन। कृपया फेरि थिच्नुहोस्।", "यो लिङ्क अब काम गर्दैन।",
            "ज्यानको खतरा भए 999 मा फोन गर्नुहोस्।"),
        "ur": AnswerPageWords(
            "کیا آپ محفوظ ہیں؟", "کیا کچھ بدلا ہے؟", "آپ کا جواب مل گیا ہے:",
            "آپ کا جواب محفوظ نہیں ہو سکا۔ دوبارہ دبائیں۔", "یہ لنک اب کام نہیں کرتا۔",
            "جان کا خطرہ ہو تو 999 پر فون کریں۔"),
    ]
}
