import Registry

/// What people read on their own page, in one language. To be confirmed by native speakers before use, as `messages/`.
struct PersonalPageWords {
    var title: String
    var contacts: String
    var sirens: String
    var language: String
    var quiet: String
    var never: String
    var quietNote: String
    var needs: String
    var knownNeeds: String
    var save: String
    var saved: String
    var lost: String
    var lastContact: String
    var turnOff: String
    var keep: String
    var endLink: String
    var endLinkNote: String
    var ended: String
    var browsers: String
    var subscribe: String
    var unsubscribe: String
    var noBrowsers: String
    var failed: String
    var settings: String

    /// - Parameter language: English is spoken where there is no other.
    init(_ language: Language) {
        let primary = String(language.tag.prefix { $0 != "-" })
        self.init(Self.words[language.tag] ?? Self.words[primary] ?? Self.english)
    }

    private init(_ w: [String]) {
        (title, contacts, sirens, language) = (w[0], w[1], w[2], w[3])
        (quiet, never, quietNote) = (w[4], w[5], w[6])
        (needs, knownNeeds) = (w[7], w[8])
        (save, saved, lost) = (w[9], w[10], w[11])
        (lastContact, turnOff, keep) = (w[12], w[13], w[14])
        (endLink, endLinkNote, ended) = (w[15], w[16], w[17])
        (browsers, subscribe, unsubscribe, noBrowsers, failed) = (w[18], w[19], w[20], w[21], w[22])
        settings = w[23]
    }

    /// What a language is called by those who read it; its tag where that is not known here.
    static func name(of language: Language) -> String {
        names[language.tag] ?? language.tag
    }

    private static let names = [
        "en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文", "fil": "Filipino", "id": "Bahasa Indonesia",
        "hi": "हिन्दी", "ne": "नेपाली", "ur": "اردو",
    ]

    private static let english = [
        "How SmokeHub tells you", "Tell me by:", "Sirens in the building always sound: nobody can turn them off here.",
        "Language:", "Quiet hours, for notices and drills:", "none",
        "They never apply to danger. A fire is always told at once.",
        "I need help to get out (the guards see it on their list)", "The office knows that you need help to get out.",
        "Save", "Saved.", "It could not be kept. Please press again.",
        "If you turn off your last contact, nobody will warn you: not even of a fire. Turn it off?",
        "Yes, do not warn me", "No, keep it on", "End this link",
        "If somebody else may have it. You get a new one from the office, or by SMS: settings.",
        "This link has ended. Ask the office for a new one, or send the SMS: settings.",
        "Messages in this browser", "Tell me in this browser", "Remove",
        "Messages in a browser are not offered here.",
        "It did not work: this browser does not take messages, or you have not allowed them.", "My settings",
    ]

    private static let chinese = [
        "SmokeHub 如何通知你", "通知方式：", "大廈內的警笛必定會響，不能在此關閉。", "語言：", "寧靜時段（一般通告及演習）：", "不設",
        "危險警報不受此限；火警必定即時通知。", "我需要協助才能離開（保安員會在名單上看到）", "管理處已知道你需要協助才能離開。", "儲存", "已儲存。",
        "未能儲存，請再按一次。", "如關閉最後一個聯絡方法，將沒有人通知你，包括火警。確定關閉？", "確定，不要通知我", "不，保持開啟", "令此連結失效",
        "如連結可能已落入他人手中。新連結可向管理處索取，或發短訊：設定", "此連結已失效。請向管理處索取新連結，或發短訊：設定", "以瀏覽器接收訊息",
        "在此瀏覽器通知我", "移除", "此處不提供瀏覽器訊息。", "未能啟用：此瀏覽器不支援，或你未有允許通知。", "我的設定",
    ]

    private static let words: [String: [String]] = [
        "en": english, "zh-Hant": chinese, "zh": chinese,
        "zh-Hans": [
            "SmokeHub 如何通知你", "通知方式：", "大厦内的警笛必定会响，不能在此关闭。", "语言：", "宁静时段（一般通告及演习）：", "不设",
            "危险警报不受此限；火警必定即时通知。", "我需要协助才能离开（保安员会在名单上看到）", "管理处已知道你需要协助才能离开。", "保存", "已保存。",
            "未能保存，请再按一次。", "如关闭最后一个联系方式，将没有人通知你，包括火警。确定关闭？", "确定，不要通知我", "不，保持开启", "令此链接失效",
            "如链接可能已落入他人手中。新链接可向管理处索取，或发短信：设置", "此链接已失效。请向管理处索取新链接，或发短信：设置", "用浏览器接收消息",
            "在此浏览器通知我", "移除", "此处不提供浏览器消息。", "未能启用：此浏览器不支持，或你未允许通知。", "我的设置",
        ],
        "fil": [
            "Paano ka aabisuhan ng SmokeHub", "Abisuhan ako sa:",
            "Laging tutunog ang mga sirena sa gusali: hindi ito napapatay dito.", "Wika:",
            "Oras ng katahimikan, para sa mga paunawa at drill:", "wala",
            "Hindi ito para sa panganib. Agad laging ipinaaalam ang sunog.",
            "Kailangan ko ng tulong para makalabas (makikita ng mga guwardiya)",
            "Alam na ng opisina na kailangan mo ng tulong.", "I-save", "Na-save na.",
            "Hindi naitala. Pakipindot muli.",
            "Kung papatayin mo ang huling paraan, walang magbababala sa iyo, kahit sa sunog. Papatayin?",
            "Oo, huwag akong babalaan", "Hindi, panatilihing bukas", "Tapusin ang link na ito",
            "Kung baka hawak ito ng iba. Makakakuha ng bago sa opisina, o mag-text: setting",
            "Tapos na ang link na ito. Humingi ng bago sa opisina, o mag-text: setting",
            "Mga mensahe sa browser na ito", "Abisuhan ako sa browser na ito", "Alisin",
            "Walang mensahe sa browser dito.",
            "Hindi gumana: hindi ito kaya ng browser, o hindi mo pinayagan.", "Mga setting ko",
        ],
        "id": [
            "Cara SmokeHub memberi tahu Anda", "Beri tahu saya lewat:",
            "Sirene di gedung selalu berbunyi dan tidak dapat dimatikan di sini.", "Bahasa:",
            "Jam tenang, untuk pengumuman dan latihan:", "tidak ada",
            "Tidak berlaku untuk bahaya. Kebakaran selalu diberitahukan seketika.",
            "Saya perlu bantuan untuk keluar (terlihat oleh satpam)",
            "Kantor sudah tahu bahwa Anda perlu bantuan.", "Simpan", "Tersimpan.",
            "Tidak tersimpan. Tekan sekali lagi.",
            "Jika kontak terakhir dimatikan, tidak ada yang memperingatkan Anda, juga bila kebakaran. Matikan?",
            "Ya, jangan peringatkan saya", "Tidak, biarkan aktif", "Akhiri tautan ini",
            "Jika orang lain mungkin memilikinya. Yang baru dari kantor, atau lewat SMS: pengaturan",
            "Tautan ini sudah berakhir. Minta yang baru di kantor, atau kirim SMS: pengaturan",
            "Pesan di peramban ini", "Beri tahu saya di peramban ini", "Hapus",
            "Pesan di peramban tidak tersedia di sini.",
            "Tidak berhasil: peramban ini tidak mendukung, atau Anda tidak mengizinkan.", "Pengaturan saya",
        ],
        "hi": [
            "SmokeHub आपको कैसे बताए", "मुझे इससे बताएँ:", "इमारत के सायरन हमेशा बजेंगे: यहाँ बंद नहीं होते।", "भाषा:",
            "शांत समय, सूचनाओं और अभ्यास के लिए:", "कोई नहीं", "खतरे पर यह लागू नहीं होता। आग की सूचना हमेशा तुरंत मिलती है।",
            "मुझे बाहर निकलने में मदद चाहिए (गार्ड सूची में देखेंगे)", "कार्यालय जानता है कि आपको मदद चाहिए।", "सहेजें", "सहेजा गया।",
            "दर्ज नहीं हो सका। कृपया फिर से दबाएँ।",
            "आख़िरी संपर्क बंद करने पर आपको कोई चेतावनी नहीं मिलेगी, आग की भी नहीं। बंद करें?", "हाँ, मुझे चेतावनी न दें", "नहीं, चालू रखें",
            "यह लिंक समाप्त करें", "अगर यह किसी और के पास हो। नया लिंक कार्यालय से, या SMS से: सेटिंग",
            "यह लिंक समाप्त हो गया। नया लिंक कार्यालय से लें, या SMS भेजें: सेटिंग", "इस ब्राउज़र में संदेश", "मुझे इस ब्राउज़र में बताएँ", "हटाएँ",
            "ब्राउज़र में संदेश यहाँ उपलब्ध नहीं हैं।", "नहीं हो सका: यह ब्राउज़र संदेश नहीं लेता, या आपने अनुमति नहीं दी।", "मेरी सेटिंग",
        ],
        "ne": [
            "SmokeHub ले तपाईंलाई कसरी बताउने", "मलाई यसबाट बताउनुहोस्:", "भवनका साइरन सधैं बज्छन्: यहाँबाट बन्द हुँदैनन्।", "भाषा:",
            "शान्त समय, सूचना र अभ्यासका लागि:", "छैन", "खतरामा यो लागू हुँदैन। आगोको सूचना सधैं तुरुन्त आउँछ।",
            "मलाई बाहिर निस्कन मद्दत चाहिन्छ (गार्डले सूचीमा देख्छन्)", "तपाईंलाई मद्दत चाहिन्छ भनी कार्यालयलाई थाहा छ।", "सुरक्षित गर्नुहोस्",
            "सुरक्षित भयो।", "दर्ता हुन सकेन। कृपया फेरि थिच्नुहोस्।",
            "अन्तिम सम्पर्क बन्द गरे तपाईंलाई कसैले चेतावनी दिने छैन, आगोको पनि। बन्द गर्ने?", "हो, चेतावनी नदिनुहोस्", "होइन, चालू राख्नुहोस्",
            "यो लिङ्क अन्त्य गर्नुहोस्", "अरू कसैसँग हुन सक्छ भने। नयाँ लिङ्क कार्यालयबाट, वा SMS बाट: सेटिङ",
            "यो लिङ्क अन्त्य भयो। नयाँ लिङ्क कार्यालयबाट लिनुहोस्, वा SMS पठाउनुहोस्: सेटिङ", "यस ब्राउजरमा सन्देश", "मलाई यस ब्राउजरमा बताउनुहोस्",
            "हटाउनुहोस्", "ब्राउजरमा सन्देश यहाँ उपलब्ध छैन।", "भएन: यो ब्राउजरले सन्देश लिँदैन, वा तपाईंले अनुमति दिनुभएन।", "मेरो सेटिङ",
        ],
        "ur": [
            "SmokeHub آپ کو کیسے بتائے", "مجھے اس سے بتائیں:", "عمارت کے سائرن ہمیشہ بجیں گے: یہاں سے بند نہیں ہوتے۔",
            "زبان:",
            "خاموشی کے اوقات، اطلاعات اور مشقوں کے لیے:", "کوئی نہیں",
            "خطرے پر یہ لاگو نہیں۔ آگ کی اطلاع ہمیشہ فوراً دی جاتی ہے۔",
            "مجھے باہر نکلنے میں مدد چاہیے (گارڈ فہرست میں دیکھیں گے)", "دفتر جانتا ہے کہ آپ کو مدد چاہیے۔",
            "محفوظ کریں", "محفوظ ہو گیا۔",
            "محفوظ نہیں ہو سکا۔ دوبارہ دبائیں۔",
            "آخری رابطہ بند کرنے پر آپ کو کوئی خبردار نہیں کرے گا، آگ میں بھی نہیں۔ بند کریں؟",
            "ہاں، مجھے خبردار نہ کریں", "نہیں، کھلا رکھیں", "یہ لنک ختم کریں",
            "اگر یہ کسی اور کے پاس ہو۔ نیا لنک دفتر سے، یا SMS سے: سیٹنگز",
            "یہ لنک ختم ہو گیا۔ نیا لنک دفتر سے لیں، یا SMS بھیجیں: سیٹنگز", "اس براؤزر میں پیغامات",
            "مجھے اس براؤزر میں بتائیں", "ہٹائیں",
            "براؤزر میں پیغامات یہاں دستیاب نہیں۔", "نہیں ہو سکا: یہ براؤزر پیغامات نہیں لیتا، یا آپ نے اجازت نہیں دی۔",
            "میری ترتیبات",
        ],
    ]
}
