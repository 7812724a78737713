"""Names: every script, every length, every character that one door knows and the other does not."""

import os
import re
import unicodedata

from support.testing import PlaceTestCase, main

TIME_LIMIT = 120
SCRIPTS = [
    "plain.txt",
    "with space.txt",
    "two  spaces",
    "Übergröße.txt",
    "naïve café",
    "Ελληνικά",
    "русский язык.txt",
    "עברית",
    "العربية",
    "हिन्दी",
    "ไทย",
    "日本語のファイル",
    "中文文件.txt",
    "한국어",
    "ქართული",
    "አማርኛ",
    "emoji 😀👩‍👩‍👧.txt",
    "𝕬𝖓𝖈𝖎𝖊𝖓𝖙",
    "ﬁ ligature",
    "soft\u00adhyphen",
    "zero\u200bwidth",
    "right\u202eleft",
    "~$lock.docx",
    ".hidden",
    "...dots",
    "-dash",
    "a'b",
    "semi;colon",
    "100%",
    "#hash",
    "(paren)",
    "[bracket]",
    "{brace}",
    "a+b=c",
    "a&b",
    "$HOME",
    "`tick`",
    "comma,comma",
    "at@at",
    "ex!cl",
    "caret^",
    "under_score",
    "non\u00a0breaking",
]
# What Windows' name rules do not allow, and the code point through which SMB carries it instead.
RESERVED = {
    '"': "\uf020",
    "*": "\uf021",
    ":": "\uf022",
    "<": "\uf023",
    ">": "\uf024",
    "?": "\uf025",
    "\\": "\uf026",
    "|": "\uf027",
}
END_SPACE, END_DOT = "\uf028", "\uf029"


class NameTests(PlaceTestCase):
    def at(self, name: str) -> str:
        return self.mounted(self.place, name)

    def smb(self, name: str) -> str:
        return self.place + "/" + name

    def listed(self) -> list:
        return sorted(self.tree.names(self.place))

    def test_scripts_from_the_mount(self):
        for name in SCRIPTS:
            with open(self.at(name), "w") as file:
                file.write(name)
        self.assertEqual(self.listed(), sorted(SCRIPTS))
        for name in SCRIPTS:
            with self.subTest(name=name):
                self.assertEqual(self.tree.read_file(self.smb(name)).decode(), name)

    def test_scripts_from_smb(self):
        for name in SCRIPTS:
            self.tree.write_file(self.smb(name), name.encode())
        self.assertEqual(sorted(os.listdir(self.mounted(self.place))), sorted(SCRIPTS))
        for name in SCRIPTS:
            with self.subTest(name=name):
                with open(self.at(name)) as file:
                    self.assertEqual(file.read(), name)

    def test_smbclient_lists_scripts(self):
        names = [name for name in SCRIPTS if "\u202e" not in name]
        for name in names:
            open(self.at(name), "w").close()
        text = self.server.smbclient("ls %s/*" % self.place).text
        for name in names:
            self.assertIn("  " + name + " ", text)

    def test_smbclient_puts_and_gets_scripts(self):
        for name in ("Übergröße.txt", "日本語のファイル", "emoji 😀.txt", "русский язык.txt"):
            with open(self.local("source"), "w") as file:
                file.write(name)
            self.server.smbclient(
                'put %s "%s/%s"; get "%s/%s" %s'
                % (self.local("source"), self.place, name, self.place, name, self.local("back"))
            )
            with open(self.at(name)) as file, open(self.local("back")) as back:
                self.assertEqual((file.read(), back.read()), (name, name))

    def test_normalization_forms_are_two_names(self):
        composed, decomposed = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
        self.assertNotEqual(composed, decomposed)
        self.tree.write_file(self.smb(composed), b"NFC")
        with open(self.at(decomposed), "wb") as file:
            file.write(b"NFD")
        self.assertEqual(self.listed(), sorted([composed, decomposed]))
        self.assertEqual(self.tree.read_file(self.smb(decomposed)), b"NFD")
        with open(self.at(composed), "rb") as file:
            self.assertEqual(file.read(), b"NFC")

    def test_short_names(self):
        """What the mount makes has an 8.3 name at SMB where its own is none, and is read, listed and deleted by it."""
        for name in ("Annual report.html", "a:b*c?", "ends with a dot.", ".hidden file", "日本語.text", "with space"):
            with self.subTest(name=name):
                with open(self.at(name), "w") as file:
                    file.write(name)
                wire = "".join(RESERVED.get(character, character) for character in name)
                wire = wire[:-1] + END_DOT if wire.endswith(".") else wire
                facts = self.server.smbclient('allinfo "%s/%s"' % (self.place, wire)).text
                short = re.search(r"^altname: (.*)$", facts, re.MULTILINE)[1]
                self.assertRegex(short, r"^[A-Z_]{0,6}~[0-9A-Z]+(\.[A-Z]{1,3})?$")
                self.assertEqual(self.tree.read_file(self.smb(short.lower())).decode(), name)
                self.assertEqual(os.listdir(self.mounted(self.place)), [name])
                self.tree.remove(self.smb(short))
                self.assertEqual(os.listdir(self.mounted(self.place)), [])
        # At the mount no name has another.
        self.tree.write_file(self.smb("Long name.text"), b"")
        self.assertFalse(os.path.exists(self.at("LONGNA~3.TEX")))

    def test_longest_names(self):
        """255 UTF-16 units at both doors: of one byte, of two, of three, and of surrogate pairs (254 units)."""
        for name in ("a" * 255, "é" * 255, "日" * 255, "😀" * 127, "😀" * 127 + "x"):
            with self.subTest(name=name[:2]):
                if len(os.fsencode(name)) <= 255:
                    with open(self.at(name), "w") as file:
                        file.write("mount")
                    self.assertEqual(self.tree.read_file(self.smb(name)), b"mount")
                self.tree.write_file(self.smb(name), b"network")
                self.assertIn(name, self.listed())
                # FUSE carries up to 1024 bytes, so that a name of 765 bytes can be used through the mount as well.
                with open(self.at(name), "rb") as file:
                    self.assertEqual(file.read(), b"network")
                os.unlink(self.at(name))
                self.assertNotIn(name, self.listed())

    def test_too_long_names(self):
        import errno

        for name in ("a" * 256, "é" * 256, "日" * 256, "😀" * 128):
            with self.subTest(name=name[:2]):
                self.assertFails(errno.ENAMETOOLONG, os.mkdir, self.at(name))
                self.assertFails(errno.ENAMETOOLONG, os.stat, self.at(name))
                self.assertStatus("OBJECT_NAME_INVALID", self.tree.write_file, self.smb(name), b"x")
        self.assertEqual(self.listed(), [])

    def test_reserved_characters(self):
        for character, mapped in RESERVED.items():
            with self.subTest(character=character):
                with open(self.at("a%sb" % character), "w") as file:
                    file.write(character)
                self.assertIn("a%sb" % mapped, self.listed())
                self.assertEqual(self.tree.read_file(self.smb("a%sb" % mapped)).decode(), character)
                self.tree.write_file(self.smb("c%sd" % mapped), b"back")
                with open(self.at("c%sd" % character)) as file:
                    self.assertEqual(file.read(), "back")
        text = self.server.smbclient('ls "%s/*"' % self.place).text
        self.assertIn("a%sb " % RESERVED["|"], text)

    def test_control_characters(self):
        for code in range(1, 32):
            with open(self.at("c%cx" % code), "w") as file:
                file.write(str(code))
        self.assertEqual(self.listed(), sorted("c%cx" % (0xF000 + code) for code in range(1, 32)))
        for code in range(1, 32):
            self.assertEqual(self.tree.read_file(self.smb("c%cx" % (0xF000 + code))).decode(), str(code))

    def test_last_dot_and_space(self):
        for name, mapped in (("dot.", "dot" + END_DOT), ("space ", "space" + END_SPACE), ("two..", "two." + END_DOT)):
            with self.subTest(name=name):
                with open(self.at(name), "w") as file:
                    file.write(name)
                self.assertEqual(self.listed(), [mapped])
                self.assertEqual(self.tree.read_file(self.smb(mapped)).decode(), name)
                self.tree.remove(self.smb(mapped))
                self.assertEqual(os.listdir(self.mounted(self.place)), [])

    def test_bytes_that_are_not_utf8(self):
        """Any bytes but NUL and the slash: listed at the SMB door under one name each, which opens the same file."""
        raw = [b"\xff\xfe", b"caf\xe9", b"\xc3\x28", b"\xed\xa0\x80x", b"ok\x80", "\uf021literal".encode(), b"%FF"]
        for name in raw:
            with open(os.path.join(os.fsencode(self.mounted(self.place)), name), "wb") as file:
                file.write(name)
        listed = self.listed()
        self.assertEqual(len(set(listed)), len(raw), listed)
        self.assertEqual(sorted(self.tree.read_file(self.smb(name)) for name in listed), sorted(raw))
        for name in listed:
            self.tree.rename(self.smb(name), self.smb(name + ".moved"))
        self.assertEqual(
            sorted(os.listdir(os.fsencode(self.mounted(self.place)))), sorted(name + b".moved" for name in raw)
        )

    def test_case_rules(self):
        """Without regard to case over SMB, exactly through the mount."""
        self.tree.write_file(self.smb("MixedCase.TXT"), b"1")
        self.assertFalse(os.path.exists(self.at("mixedcase.txt")))
        self.assertEqual(self.tree.read_file(self.smb("mixedcase.txt")), b"1")
        self.assertEqual(self.tree.read_file(self.place.upper() + "/MIXEDCASE.txt"), b"1")
        self.assertEqual(self.listed(), ["MixedCase.TXT"])
        self.tree.write_file(self.smb("mixedCASE.txt"), b"2")
        self.assertEqual(os.listdir(self.mounted(self.place)), ["MixedCase.TXT"])
        self.tree.write_file(self.smb("ÄÖÜ"), b"3")
        self.assertEqual(self.tree.read_file(self.smb("äöü")), b"3")
        self.tree.write_file(self.smb("straße"), b"4")
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.tree.read_file, self.smb("strasse"))

    def test_two_names_that_differ_in_case(self):
        """Made through the mount; over SMB the exact name wins, and the oldest where none is exact."""
        for name in ("foo", "Foo", "FOO"):
            with open(self.at(name), "w") as file:
                file.write(name)
        self.assertEqual(self.listed(), ["FOO", "Foo", "foo"])
        for name in ("FOO", "Foo", "foo"):
            self.assertEqual(self.tree.read_file(self.smb(name)).decode(), name)
        self.assertEqual(self.tree.read_file(self.smb("fOO")).decode(), "foo")
        os.unlink(self.at("foo"))
        self.assertEqual(self.tree.read_file(self.smb("foo")).decode(), "Foo")
        self.assertStatus("OBJECT_NAME_COLLISION", self.tree.open, self.smb("foo"), disposition=2)

    def test_rename_that_changes_case_only(self):
        self.tree.write_file(self.smb("letter"), b"x")
        self.tree.rename(self.smb("letter"), self.smb("Letter"))
        self.assertEqual(os.listdir(self.mounted(self.place)), ["Letter"])
        self.server.smbclient("rename %s/letter %s/LETTER" % (self.place, self.place))
        self.assertEqual(os.listdir(self.mounted(self.place)), ["LETTER"])
        os.rename(self.at("LETTER"), self.at("letter"))
        self.assertEqual(self.listed(), ["letter"])

    def test_bad_names_over_smb(self):
        for name, wanted in (
            ("a/../b", ("OBJECT_PATH_SYNTAX_BAD", "OBJECT_PATH_NOT_FOUND", "OBJECT_NAME_INVALID")),
            ("..", ("OBJECT_PATH_SYNTAX_BAD", "OBJECT_NAME_INVALID")),
            ("star*", ("OBJECT_NAME_INVALID",)),
            ("quest?", ("OBJECT_NAME_INVALID",)),
            ("pipe|", ("OBJECT_NAME_INVALID",)),
            ("less<", ("OBJECT_NAME_INVALID",)),
            ("\x01", ("OBJECT_NAME_INVALID",)),
            ("\\lead", ("INVALID_PARAMETER", "OBJECT_NAME_INVALID")),
        ):
            with self.subTest(name=name):
                self.assertStatus(
                    wanted, self.tree.open, name if name.startswith(("..", "\\")) else self.smb(name), disposition=3
                )
        self.assertEqual(os.listdir(self.mounted(self.place)), [])


if __name__ == "__main__":
    main()
