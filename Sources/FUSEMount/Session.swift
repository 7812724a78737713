import CFuse3
import FUSEProtocol
import FileSystemModel
import Glibc
import Synchronization

/// libfuse's session, mounted.
///
/// Unchecked: its pointers are set in `init` and used by libfuse under its own locks; only the session's thread calls
/// ``run(maximumThreads:)`` and, after it, ``destroy()``.
final class Session: @unchecked Sendable {
    private let session: OpaquePointer
    private let door: UnsafeMutablePointer<cfuse_door>
    /// Guards ``exit()`` against a session that is destroyed meanwhile.
    private let isDestroyed = Mutex(false)

    /// Flags of the INIT answer that libfuse 3.14 does not know — linux/fuse.h. HANDLE_KILLPRIV_V2: the core takes
    /// set-user-ID away on writes, so the kernel need not ask for `security.capability` before each.
    /// DIRECT_IO_ALLOW_MMAP: shared mappings of files that are read and written past the page cache.
    private static let extraFlags: UInt64 = 1 << 28 | 1 << 36

    /// Libfuse reports what it refuses to a process-wide function only; one mount is made at a time.
    private static let making = Mutex(())

    /// Makes a session and mounts it.
    init(mounting mountPoint: String, _ options: MountOptions, for mount: Mount) throws(MountError) {
        let door = UnsafeMutablePointer<cfuse_door>.allocate(capacity: 1)
        door.initialize(to: cfuse_door())
        // The mount outlives the session: its thread holds it until the session is destroyed.
        door.pointee.owner = Unmanaged.passUnretained(mount).toOpaque()
        door.pointee.extra_flags = Self.extraFlags
        door.pointee.on_answered = { owner in
            guard let owner else { return }
            Unmanaged<Mount>.fromOpaque(owner)._withUnsafeGuaranteedRef { $0.noteAnswered() }
        }
        self.door = door
        let made = Self.making.withLock { _ -> Result<UInt, MountError> in
            LibraryLog.begin()
            var operations = Callbacks.operations(listsWithAttributes: options.listsWithAttributes)
            guard let session = cfuse_new_session(options.list, &operations, door) else {
                return .failure(.refused(LibraryLog.text ?? "libfuse takes no such options: \(options.list)"))
            }
            guard fuse_session_mount(session, mountPoint) == 0 else {
                let reason = LibraryLog.text ?? String(cString: strerror(errno))
                fuse_session_destroy(session)
                return .failure(.refused(reason))
            }
            guard cfuse_install_hooks(session) == 0 else {
                fuse_session_unmount(session)
                fuse_session_destroy(session)
                return .failure(.refused("libfuse takes no hooks on its device"))
            }
            return .success(UInt(bitPattern: session))
        }
        switch made {
        case .success(let address):
            guard let session = OpaquePointer(bitPattern: address) else { throw .refused("no session") }
            self.session = session
        case .failure(let error):
            door.deallocate()
            throw error
        }
    }

    /// Serves until the session is asked to exit, or the kernel has dropped the mount. 0, or a negative errno.
    func run(maximumThreads: UInt32) -> Int32 { cfuse_run(session, maximumThreads) }

    func exit() {
        isDestroyed.withLock { isDestroyed in
            if !isDestroyed { fuse_session_exit(session) }
        }
    }

    /// Makes the kernel drop a name, and returns when it has: that waits for every request in the directory that is under
    /// way. Not after ``destroy()``; what the kernel does not know is dropped already.
    func invalidateEntry(_ name: FileName, in parent: NodeID) {
        name.bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            _ = fuse_lowlevel_notify_inval_entry(session, parent.rawValue, start, bytes.count)
        }
    }

    /// Closes the device, which ends the connection. The mount is out of the name space by then: libfuse's own
    /// unmounting complains on standard error about one that is detached and still in use.
    func destroy() {
        isDestroyed.withLock { isDestroyed in
            isDestroyed = true
            fuse_session_destroy(session)
        }
        door.deallocate()
    }
}

/// What libfuse says while a mount is made.
enum LibraryLog {
    private static let lines = Mutex<[String]>([])

    static func begin() {
        lines.withLock { $0 = [] }
        cfuse_set_log { _, message in
            guard let message else { return }
            let line = String(cString: message)
            LibraryLog.lines.withLock { if $0.count < 8 { $0.append(line) } }
        }
    }

    static var text: String? {
        lines.withLock { $0.isEmpty ? nil : $0.joined(separator: "; ") }
    }
}
