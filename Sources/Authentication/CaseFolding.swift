/// Upper case as Windows means it: one UTF-16 unit for one, without regard to a locale.
///
/// Only pairs that map back are mapped: the micro sign, the sharp s and the dotless i stay as they are.
enum CaseFolding {
    static func upperCased(_ string: String) -> String {
        if string.utf8.allSatisfy({ $0 < 0x80 }) { return string.uppercased() }
        var result = String.UnicodeScalarView()
        for scalar in string.unicodeScalars { result.append(upperCased(scalar)) }
        return String(result)
    }

    private static func upperCased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard let upper = only(scalar.properties.uppercaseMapping), upper.value <= 0xFFFF, scalar.value <= 0xFFFF,
            only(upper.properties.lowercaseMapping) == scalar
        else { return scalar }
        return upper
    }

    private static func only(_ string: String) -> Unicode.Scalar? {
        let scalars = string.unicodeScalars
        guard let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex else {
            return nil
        }
        return first
    }
}
