import CFuse3
import FUSEProtocol
import FileSystemModel
import Glibc
import Synchronization

// Free functions: a callback that named a type's own would capture it, and C takes no captures.

/// Who asks, beside what every request carries.
struct Caller {
    let umask: UInt32
}

/// Makes a request a value and hands it to its mount's handler.
@inline(__always)
func serve(_ request: fuse_req_t?, _ operation: (Caller) -> FUSEOperation) {
    guard let request, let owner = cfuse_owner(request), let context = fuse_req_ctx(request) else { return }
    // The mount's thread holds it for as long as there are requests.
    Unmanaged<Mount>.fromOpaque(owner)._withUnsafeGuaranteedRef { mount in
        let unique = mount.requests.add(1, ordering: .relaxed).newValue
        let caller = context.pointee
        mount.active.add(1, ordering: .relaxed)
        defer { mount.active.subtract(1, ordering: .releasing) }
        mount.handler.handle(
            FUSERequest(unique: unique, uid: caller.uid, gid: caller.gid, pid: UInt32(bitPattern: caller.pid)),
            operation(Caller(umask: caller.umask)), Responder(request))
    }
}

@inline(__always)
func bytes(_ string: UnsafePointer<CChar>?) -> [UInt8] {
    guard let string else { return [] }
    return Array(UnsafeRawBufferPointer(start: string, count: strlen(string)))
}

func handle(_ file: UnsafeMutablePointer<fuse_file_info>?) -> FileHandleID {
    FileHandleID(rawValue: file?.pointee.fh ?? 0)
}

func handle(_ file: UnsafeMutablePointer<fuse_file_info>) -> FileHandleID {
    FileHandleID(rawValue: file.pointee.fh)
}

func flags(_ file: UnsafeMutablePointer<fuse_file_info>?) -> OpenFlags {
    OpenFlags(rawValue: UInt32(bitPattern: file?.pointee.flags ?? 0))
}

/// What SETATTR sets, by libfuse's FUSE_SET_ATTR_… bits.
func changes(_ attributes: UnsafeMutablePointer<stat>?, _ fields: Int32) -> SetAttributesRequest {
    var changes = SetAttributesRequest()
    guard let attributes = attributes?.pointee else { return changes }
    func has(_ bit: Int32) -> Bool { fields & (1 << bit) != 0 }
    if has(0) { changes.mode = attributes.st_mode }
    if has(1) { changes.uid = attributes.st_uid }
    if has(2) { changes.gid = attributes.st_gid }
    if has(3) { changes.size = UInt64(bitPattern: Int64(attributes.st_size)) }
    if has(7) { changes.accessTime = .now } else if has(4) { changes.accessTime = .at(timestamp(attributes.st_atim)) }
    if has(8) {
        changes.modificationTime = .now
    } else if has(5) {
        changes.modificationTime = .at(timestamp(attributes.st_mtim))
    }
    return changes
}

private func timestamp(_ time: timespec) -> Timestamp {
    Timestamp(seconds: Int64(time.tv_sec), nanoseconds: UInt32(clamping: time.tv_nsec))
}

func lockRequest(_ lock: UnsafeMutablePointer<flock>?, owner: UInt64?) -> LockRequest {
    guard let lock = lock?.pointee else { return LockRequest(kind: .unlock, start: 0, length: 0, owner: 0, pid: 0) }
    let kind: LockRequest.Kind =
        switch Int32(lock.l_type) {
        case 0: .shared
        case 1: .exclusive
        default: .unlock
        }
    return LockRequest(
        kind: kind, start: UInt64(bitPattern: Int64(lock.l_start)), length: UInt64(bitPattern: Int64(lock.l_len)),
        owner: owner ?? 0, pid: UInt32(bitPattern: lock.l_pid))
}

/// Sends one answer through libfuse.
///
/// Unchecked: a request belongs to whoever has to answer it, and libfuse takes answers on any thread. Answering
/// consumes it.
struct Responder: FUSEResponder, @unchecked Sendable {
    private let request: fuse_req_t

    init(_ request: fuse_req_t) { self.request = request }

    func answer(_ reply: FUSEReply) -> Bool {
        switch reply {
        case .none:
            fuse_reply_none(request)
            return true
        case .success: return fuse_reply_err(request, 0) == 0
        case .error(let number): return fuse_reply_err(request, number) == 0
        case .bytes(let value): return value.withUnsafeBytes { send($0) }
        case .data(let buffer), .directoryPlus(let buffer, _):
            return withExtendedLifetime(buffer) { send(buffer.bytes) }
        default:
            return withUnsafeTemporaryAllocation(byteCount: WireSize.largestFixed, alignment: 8) { memory in
                var writer = ReplyWriter(memory)
                return writer.put(reply) ? send(writer.bytes) : fuse_reply_err(request, EIO) == 0
            }
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        fuse_reply_buf(request, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == 0
    }

    func willWait(unique: UInt64) {
        // The request stays until it is answered, and it is not answered before this returns: the handler listens to
        // its ticket after.
        fuse_req_interrupt_func(
            request,
            { request, data in
                guard let request, let owner = cfuse_owner(request) else { return }
                Unmanaged<Mount>.fromOpaque(owner)._withUnsafeGuaranteedRef { mount in
                    mount.handler.interrupt(unique: UInt64(UInt(bitPattern: data)))
                }
            }, UnsafeMutableRawPointer(bitPattern: UInt(unique)))
    }
}
