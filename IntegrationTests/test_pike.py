"""pike's own tests at every dialect, plain and signed: what the makers of another server demand of one.

`pike/samba.tsv` has Samba's result of each; `pike/expected-failures` what does not pass here yet, with its reason.
"""

import collections
import concurrent.futures
import unittest

from support import drivers, pike
from support.instance import Instance
from support.testing import main

TIME_LIMIT = 600
Target = collections.namedtuple("Target", "host port user password share")


class PikeTests(unittest.TestCase):
    """A share and a lane for each mode, since the tests' files have the same names in all of them."""

    @classmethod
    def setUpClass(cls):
        drivers.install()
        cls.lists = pike.Lists()
        stores = {"metadata_store": "default", "content_store": "default", "root": {"mode": "0777"}}
        shares = [dict(stores, name="/" + share(mode)) for mode in pike.MODES]
        with Instance(shares=shares, mount=False) as server:

            def lane(mode):
                target = Target(server.host, server.port, server.user, server.password, share(mode))
                return mode, [outcome for file in pike.FILES for outcome in pike.run(target, mode, file)]

            with concurrent.futures.ThreadPoolExecutor(len(pike.MODES)) as lanes:
                cls.outcomes = dict(lanes.map(lane, pike.MODES))

    @classmethod
    def tearDownClass(cls):
        print("  %-12s %6s %6s %7s   of which Samba passed, failed, skipped" % ("mode", "passed", "failed", "skipped"))
        for mode, outcomes in cls.outcomes.items():
            counts = collections.Counter(each.outcome for each in outcomes)
            samba = collections.Counter(cls.lists.samba.get((each.name, mode), "unknown") for each in outcomes)
            row = (mode,) + tuple(counts[each] for each in ("ok", "failed", "skipped"))
            print("  %-12s %6d %6d %7d" % row, "  %d, %d, %d" % tuple(samba[x] for x in ("ok", "failed", "skipped")))

    def grade(self, mode):
        outcomes = self.outcomes[mode]
        self.assertGreater(sum(each.outcome == "ok" for each in outcomes), 60, "fewer tests than there used to be")
        complaints = [complaint for each in outcomes if (complaint := self.lists.complaint(each))]
        self.assertEqual(complaints, [], "\n  " + "\n  ".join(complaints))


def share(mode: str) -> str:
    return "at-" + mode.replace(".", "-").replace(",", "-")


for each in pike.MODES:
    setattr(PikeTests, "test_" + share(each), lambda self, mode=each: self.grade(mode))


if __name__ == "__main__":
    main()
