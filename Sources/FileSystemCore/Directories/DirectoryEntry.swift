package import FileSystemModel

package struct DirectoryEntry: Sendable {
    package var name: [UInt8]
    package var cookie: DirectoryCookie
    package var attributes: Attributes
    /// With ``DirectoryFacts/shortNames``: what the entry is called beside its name; empty where that is short.
    package var shortName: [UInt8] = []
    /// With ``DirectoryFacts/appleMetadata``, and where it has named streams.
    package var apple: AppleMetadata?
    /// With ``DirectoryFacts/extendedAttributes``: as they are stored, streams not among them.
    package var extendedAttributes: [(name: [UInt8], value: [UInt8])] = []
}

/// What a listing is to tell of its entries that costs more than their names and attributes.
package struct DirectoryFacts: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let shortNames = DirectoryFacts(rawValue: 1)
    package static let appleMetadata = DirectoryFacts(rawValue: 2)
    package static let extendedAttributes = DirectoryFacts(rawValue: 4)
}
