import Glibc

/// The target that DITTOFS_FUZZ_TARGET names, chosen once.
private let chosen: FuzzTarget = {
    let name = getenv("DITTOFS_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        print("DITTOFS_FUZZ_TARGET is one of: " + FuzzTarget.all.map(\.name).joined(separator: " "))
        fflush(nil)
        exit(2)
    }
    return target
}()

/// libFuzzer's entry: one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
