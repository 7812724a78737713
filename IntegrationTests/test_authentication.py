"""Who gets in: NTLMv2 in every wrapping, guest, anonymous; who does not; and what signing protects."""

import os
import struct

from support import ntlm, smb2
from support.instance import user
from support.testing import DoorsTestCase, main

TIME_LIMIT = 120
ALICE = user("alice", "wonder land", 1000, 1000)
UMLAUT = user("jürgen", "geheim ß €", 1001, 1001)


class AuthenticationTests(DoorsTestCase):
    instance_options = {"users": [ALICE, UMLAUT], "smb": {"guest": True}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.chmod(cls.server.mount, 0o777)

    def login(self, name, password, **options):
        with self.server.tree(name, password, **options) as tree:
            tree.names()
            return tree.connection.session_flags

    def test_users(self):
        self.assertEqual(self.login("alice", "wonder land"), 0)
        self.assertEqual(self.login("ALICE", "wonder land"), 0)
        self.assertEqual(self.login("alice", "wonder land", domain="WORKGROUP"), 0)
        self.assertEqual(self.login("jürgen", "geheim ß €"), 0)

    def test_wrong_passwords(self):
        for name, password in (("alice", "wonder Land"), ("alice", ""), ("alice", "x" * 200), ("jürgen", "geheim")):
            with self.subTest(name=name, password=password[:10]):
                self.assertStatus("LOGON_FAILURE", self.login, name, password)
        for login in (["-U", "alice%wrong"], ["-U", "alice%"]):
            result = self.server.smbclient("ls", login=login, check=False)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("NT_STATUS_LOGON_FAILURE", result.text)

    def test_ownership_of_what_is_made(self):
        with self.server.tree("alice", "wonder land") as tree:
            tree.write_file("alices", b"x")
        info = os.stat(self.mounted("alices"))
        self.assertEqual((info.st_uid, info.st_gid), (1000, 1000))
        os.chmod(self.mounted("alices"), 0o600)
        with self.server.tree("jürgen", "geheim ß €") as tree:
            self.assertStatus("ACCESS_DENIED", tree.read_file, "alices")
            self.assertStatus("ACCESS_DENIED", tree.write_file, "alices", b"y", disposition=smb2.OPEN)

    def test_guest_and_anonymous(self):
        self.assertTrue(self.login("nobody-here", "anything") & 1)
        self.assertTrue(self.login("", "") & 3)
        self.assertIn("blocks", self.server.smbclient("ls", login=["-N"]).text)
        self.assertIn("blocks", self.server.smbclient("ls", login=["-U", "stranger%whatever"]).text)
        with self.server.tree("", "") as tree:
            tree.write_file("anonymous", b"x")
        self.assertNotEqual(os.stat(self.mounted("anonymous")).st_uid, 0)

    def test_signing(self):
        for options in (["--client-protection=sign"], ["--option=client signing=required"], []):
            with self.subTest(options=options):
                self.server.smbclient("ls; mkdir s; rmdir s", options=options)
        with self.server.tree("alice", "wonder land", sign=True) as tree:
            tree.write_file("signed", b"x" * 200_000)
            self.assertEqual(tree.read_file("signed"), b"x" * 200_000)
            tree.connection.echo()

    def test_a_forged_request_is_refused(self):
        with self.server.tree("alice", "wonder land", sign=True) as tree:
            tree.write_file("target", b"intact")
            good = tree.connection.signing_key
            tree.connection.signing_key = bytes(16)
            try:
                with self.assertRaises((smb2.SMBError, smb2.Disconnected)) as caught:
                    tree.connection.sign = True
                    message_id = tree.connection.post(smb2.ECHO, struct.pack("<HH", 4, 0))
                    response = smb2.Response(tree.connection.receive_frame())
                    self.assertEqual(response.message_id, message_id)
                    if response.status:
                        raise smb2.SMBError(response.status)
                if isinstance(caught.exception, smb2.SMBError):
                    self.assertEqual(caught.exception.name, "ACCESS_DENIED")
            finally:
                tree.connection.signing_key = good

    def test_raw_tokens_and_spnego(self):
        """smbclient wraps its tokens in SPNEGO, the client of these tests does not; both with and without a MIC."""
        self.assertEqual(self.login("alice", "wonder land", with_mic=False), 0)
        self.assertEqual(self.login("alice", "wonder land", with_mic=True), 0)
        self.server.smbclient("ls", login=["-U", "alice%wonder land"])

    def test_a_wrong_mic_is_refused(self):
        class Tampered(ntlm.Authenticator):
            def first(self):
                token = super().first()
                return token[:12] + struct.pack("<I", struct.unpack_from("<I", token, 12)[0] ^ 0x10) + token[16:]

        original, ntlm.Authenticator = ntlm.Authenticator, Tampered
        try:
            self.assertStatus(
                ("LOGON_FAILURE", "ACCESS_DENIED", "INVALID_PARAMETER"), self.login, "alice", "wonder land"
            )
        finally:
            ntlm.Authenticator = original

    def test_ntlmv1_and_lm_are_refused(self):
        for options in (
            ["--option=client ntlmv2 auth=no"],
            ["--option=client ntlmv2 auth=no", "--option=client lanman auth=yes"],
        ):
            result = self.server.smbclient(
                "ls",
                login=["-U", "alice%wonder land"],
                options=options + ["--option=client use spnego=no"],
                check=False,
            )
            self.assertNotEqual(result.returncode, 0, result.text)

    def test_dialects(self):
        for dialect in ("SMB2_02", "SMB2_10", "SMB3_00", "SMB3_11"):
            with self.subTest(dialect=dialect):
                self.server.smbclient("ls", dialect=dialect)

    def test_multi_protocol_negotiation(self):
        """An SMB1 NEGOTIATE that lists SMB 2.002, and one that lists SMB 2.??? as well."""
        for dialect in ("SMB2_02", "SMB2_10", "SMB3_11"):
            with self.subTest(dialect=dialect):
                self.server.smbclient("ls", dialect=dialect, options=["--option=client min protocol=NT1"])
        result = self.server.smbclient("ls", dialect="NT1", options=["--option=client min protocol=NT1"], check=False)
        self.assertNotEqual(result.returncode, 0, "SMB1 itself was spoken")

    def test_unknown_share(self):
        result = self.server.smbclient("ls", share="nosuch", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("NT_STATUS_BAD_NETWORK_NAME", result.text)
        with self.server.tree() as tree:
            self.assertStatus("BAD_NETWORK_NAME", tree.connection.tree, self.server.host, "nosuch")
            tree.connection.tree(self.server.host, "EXPORT")

    def test_ipc(self):
        with self.server.tree(share="IPC$") as tree:
            self.assertEqual(tree.kind, 2)
        self.server.smbclient("exit", share="IPC$", check=False)

    def test_logoff_ends_the_session(self):
        tree = self.server.tree()
        tree.connection.logoff()
        tree.connection.sign = False
        with self.assertRaises((smb2.SMBError, smb2.Disconnected)):
            tree.connection.call(smb2.CREATE, tree.create_body("x", smb2.GENERIC_READ, 7, 1, 0, 0), tree_id=tree.id)
        tree.close()

    def test_two_sessions_on_one_connection(self):
        with self.server.tree("alice", "wonder land") as tree:
            first = (tree.connection.session_id, tree.connection.signing_key)
            tree.connection.sign = False
            tree.connection.login("jürgen", "geheim ß €")
            second = tree.connection.tree(self.server.host, self.server.share)
            second.write_file("by-second", b"2")
            tree.connection.session_id, tree.connection.signing_key = first
            tree.connection.sign = True
            tree.write_file("by-first", b"1")
        self.assertEqual(os.stat(self.mounted("by-second")).st_uid, 1001)
        self.assertEqual(os.stat(self.mounted("by-first")).st_uid, 1000)

    def test_previous_session_is_ended(self):
        first = self.server.tree("alice", "wonder land")
        held = first.open(
            "held", smb2.GENERIC_READ | smb2.GENERIC_WRITE, share=smb2.SHARE_NONE, disposition=smb2.OPEN_IF
        )
        with self.server.tree("alice", "wonder land", previous=first.connection.session_id) as again:
            again.open("held", smb2.GENERIC_READ | smb2.GENERIC_WRITE, share=smb2.SHARE_NONE).close()
        with self.assertRaises((smb2.SMBError, smb2.Disconnected)):
            held.read(1)
        first.close()


class NoGuestTests(DoorsTestCase):
    instance_options = {"users": [ALICE], "smb": {"guest": False}}

    def test_strangers_stay_outside(self):
        for name, password in (("stranger", "x"), ("", ""), ("alice", "wrong")):
            with self.subTest(name=name):
                self.assertStatus(("LOGON_FAILURE", "ACCESS_DENIED"), self.server.tree, name, password)
        self.assertNotEqual(self.server.smbclient("ls", login=["-N"], check=False).returncode, 0)
        self.server.smbclient("ls", login=["-U", "alice%wonder land"])


class MappedIdentityTests(DoorsTestCase):
    instance_options = {
        "users": [ALICE],
        "share_options": {
            "identity_mapping": {"map_all_to_anonymous": True, "anonymous_uid": 4242, "anonymous_gid": 4343}
        },
    }

    def test_everybody_is_the_same(self):
        with self.server.tree("alice", "wonder land") as tree:
            tree.write_file("mapped", b"x")
        self.assertEqual((os.stat(self.mounted("mapped")).st_uid, os.stat(self.mounted("mapped")).st_gid), (4242, 4343))


if __name__ == "__main__":
    main()
