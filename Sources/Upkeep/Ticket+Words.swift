public import Rules

extension Ticket.Kind {
    /// What people call it.
    public var noun: LogRecord.Text {
        switch self {
        case .battery: LogRecord.Text("battery", "電池")
        case .contamination: LogRecord.Text("dirty smoke chamber", "感煙室積塵")
        case .signal: LogRecord.Text("weak signal", "訊號減弱")
        case .endOfLife: LogRecord.Text("end of life", "使用年限屆滿")
        case .nuisance: LogRecord.Text("too many nuisance alarms", "誤報過多")
        case .temperature: LogRecord.Text("temperature out of range", "溫度超出範圍")
        case .humidity: LogRecord.Text("humidity out of range", "濕度超出範圍")
        case .leak: LogRecord.Text("water leak", "漏水")
        case .tilt: LogRecord.Text("tilt", "傾斜")
        case .vibration: LogRecord.Text("vibration", "震動")
        case .fault: LogRecord.Text("fault", "故障")
        case .tamper: LogRecord.Text("tamper", "被拆動")
        case .mainsLost: LogRecord.Text("mains power lost", "市電中斷")
        case .silent: LogRecord.Text("silent", "沒有訊號")
        case .offline: LogRecord.Text("offline", "離線")
        case .neverHeard: LogRecord.Text("never heard", "從未有訊號")
        case .stuck: LogRecord.Text("stuck", "卡住")
        }
    }

    /// What a device says of itself, or what is known of it, as a sentence.
    var ofDevice: Evidence {
        switch self {
        case .battery: Evidence("the device says that its battery is low", "裝置回報電量不足")
        case .leak: Evidence("the sensor says that it is wet", "感應器回報漏水")
        case .tilt: Evidence("the sensor says that it has tilted", "感應器回報傾斜")
        case .fault: Evidence("the device says that it has a fault", "裝置回報故障")
        case .tamper: Evidence("the device says that somebody has tampered with it", "裝置回報被拆動")
        case .mainsLost: Evidence("the device has lost mains power", "裝置失去市電")
        case .silent: Evidence("nothing is heard of the device", "沒有收到裝置的訊號")
        case .offline: Evidence("the device is offline", "裝置離線")
        case .neverHeard: Evidence("nothing was ever heard of the device", "從未收到裝置的訊號")
        case .stuck: Evidence("the detector repeats an alarm that never cleared", "探測器不斷重複從未解除的警報")
        case .contamination, .signal, .endOfLife, .nuisance, .temperature, .humidity, .vibration:
            Evidence(noun.english, noun.traditionalChinese)
        }
    }
}
