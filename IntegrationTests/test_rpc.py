"""The shares' list and what else is called over the pipes of IPC$: by Samba's tools and by impacket."""

import subprocess

from support import drivers
from support.instance import ORACLE, smbclient_environment
from support.testing import DoorsTestCase, main

TIME_LIMIT = 240
DIALECTS = ("SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11")


class PipeCase(DoorsTestCase):
    instance_options = {"mount": False, "smb": {"guest": False}, "share_options": {"comment": "files of all"}}

    def tool(self, *command, check=True):
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=30,
            env=smbclient_environment(),
        )
        text = result.stdout.decode(errors="replace")
        if check:
            self.assertEqual(result.returncode, 0, "%s\n%s" % (" ".join(command), text))
        return text


class SambaToolTests(PipeCase):
    def listed(self, *options):
        return self.tool(
            "smbclient", "-g", "-L", self.server.host, "-p", str(self.server.port), "-A", self.server.auth_file, *options
        )

    def call(self, commands, **options):
        binding = ["rpcclient", "-p", str(self.server.port), "-A", self.server.auth_file]
        return self.tool(*binding, "-c", commands, "ncacn_np:" + self.server.host, **options)

    def test_the_list_of_shares_at_every_dialect(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                text = self.listed("-m", dialect)
                self.assertIn("Disk|export|files of all", text)
                self.assertRegex(text, r"IPC\|IPC\$\|.")

    def test_nobody_is_told_where_guests_are_not(self):
        command = ["smbclient", "-g", "-L", self.server.host, "-p", str(self.server.port), "-N"]
        text = self.tool(*command, check=False)
        self.assertNotIn("export", text)
        self.assertIn("NT_STATUS", text)

    def test_shares_by_level(self):
        text = self.call("netshareenum 1")
        self.assertIn("netname: export", text)
        text = self.call("netshareenum 502")
        self.assertIn("netname: export", text)
        self.assertIn("SID: S-1-1-0", text)
        self.assertRegex(text, r"path:\tC:\\export")
        for level in ("1", "2", "502"):
            self.assertIn("netname: export", self.call("netsharegetinfo EXPORT " + level), level)
        self.assertIn("WERR_NERR_NETNAMENOTFOUND", self.call("netsharegetinfo nosuch", check=False))

    def test_the_server_of_itself(self):
        text = self.call("srvinfo")
        self.assertIn("DITTOFS", text)
        self.assertRegex(text, r"platform_id\s*:\s*500")
        self.call("wkssvc_wkstagetinfo")

    def test_what_is_not_offered(self):
        self.assertIn("OBJECT_NAME_NOT_FOUND", self.call("enumprinters", check=False))

    def test_many_shares(self):
        """A list that takes several packets, and of each packet several reads."""
        from support.instance import Instance

        shares = [{"name": "/share-with-a-long-name-%03d" % number} for number in range(300)]
        for share in shares:
            share.update(metadata_store="default", content_store="default")
        with Instance(mount=False, extra={"shares": shares}) as server:
            text = self.tool(
                "smbclient", "-g", "-L", server.host, "-p", str(server.port), "-A", server.auth_file, "-m", "SMB3_11"
            )
            for share in shares:
                self.assertIn("Disk|%s|" % share["name"][1:], text)


class ImpacketTests(PipeCase):
    @classmethod
    def setUpClass(cls):
        drivers.install()
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.client = drivers.Driver("impacket", self.scratch)
        self.addCleanup(self.client.__exit__, None, None, None)
        server = self.server
        self.client.connect(server.host, server.port, server.share, server.user, server.password, True)

    def test_lists(self):
        for level in (0, 1, 2, 501, 502):
            self.assertEqual(self.client.share_names(level), ["export", "IPC$"], level)
        self.assertEqual(self.client.share_names_in_fragments(), ["export", "IPC$"])

    def test_one_share(self):
        for name, level, error in (
            ("export", 1, 0),
            ("export", 502, 0),
            ("Export", 1005, 0),
            ("nosuch", 1, 2310),
            ("export", 503, 124),
        ):
            self.assertEqual(self.client.share_fault(name, level), error, (name, level))

    def test_descriptions(self):
        self.assertEqual(self.client.server(), ["DITTOFS", 6, 500])
        self.assertEqual(self.client.workstation(), ["DITTOFS", "DITTOFS"])

    def test_refusals(self):
        self.assertIn("nca_s_op_rng_error", self.client.trouble_of_sessions())
        self.assertIn("abstract_syntax_not_supported", self.client.trouble_of_binding("srvsvc"))
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.client.trouble_of_binding, "samr")
        self.assertEqual(self.client.share_names(0), ["export", "IPC$"])


if __name__ == "__main__":
    if ORACLE:
        raise SystemExit("these are DittoFS's own names")
    main()
