import ArgumentParser
import SMBCryptography
import SMBMessages

enum LoadDialect: String, CaseIterable, ExpressibleByArgument {
    case smb202 = "2.0.2"
    case smb210 = "2.1"
    case smb300 = "3.0"
    case smb302 = "3.0.2"
    case smb311 = "3.1.1"

    var value: Dialect {
        switch self {
        case .smb202: .smb202
        case .smb210: .smb210
        case .smb300: .smb300
        case .smb302: .smb302
        case .smb311: .smb311
        }
    }

    var defaultSigning: SMBCryptography.SigningAlgorithm { value >= .smb300 ? .aes128CMAC : .hmacSHA256 }
}

enum LoadSigning: String, CaseIterable, ExpressibleByArgument {
    case hmac, cmac, gmac

    var value: SMBCryptography.SigningAlgorithm {
        switch self {
        case .hmac: .hmacSHA256
        case .cmac: .aes128CMAC
        case .gmac: .aes128GMAC
        }
    }
}

enum LoadCipher: String, CaseIterable, ExpressibleByArgument {
    case aes128GCM = "aes-128-gcm"
    case aes128CCM = "aes-128-ccm"
    case aes256GCM = "aes-256-gcm"
    case aes256CCM = "aes-256-ccm"

    var value: SMBCipher {
        switch self {
        case .aes128GCM: .aes128GCM
        case .aes128CCM: .aes128CCM
        case .aes256GCM: .aes256GCM
        case .aes256CCM: .aes256CCM
        }
    }
}
