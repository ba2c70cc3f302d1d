"""Who is in the pretend workspace that people look at, and where they meet."""

from dataclasses import dataclass

from playground.driver import PretendSlack
from playground.model import Channel, Person


@dataclass(frozen=True)
class Cast:
    """The people and places that the story needs."""

    ada: Person
    sam: Person
    eva: Person
    mia: Person
    ops: Channel
    incidents: Channel


def gather(slack: PretendSlack) -> Cast:
    """Let everybody in and open the channels, with a few words in each."""
    ada = slack.person("ada", groups=["support", "support-leads"])
    sam = slack.person("sam", groups=["support"])
    eva = slack.person("eva", groups=["sre", "oncall"])
    finn = slack.person("finn", groups=["finance", "finance-leads"])
    mia = slack.person("mia", groups=["admins", "sre"], tz="America/New_York")
    gus = slack.person("gus", guest=True)
    olga = slack.person("olga", external=True, email="olga@partner.example")
    for person, title in (
        (ada, "leads support"),
        (sam, "support agent"),
        (eva, "engineer on call"),
        (finn, "leads finance"),
        (mia, "administrator"),
        (gus, "guest"),
        (olga, "of another company"),
    ):
        person.title = title
    staff = [ada, sam, eva, finn, mia]
    ops = slack.channel("ops", members=[*staff, gus])
    support = slack.channel("support", members=[ada, sam])
    incidents = slack.channel("incidents", members=staff)
    finance = slack.channel("finance", members=[finn, mia], private=True)
    shared = slack.channel("with-partner", members=[ada, eva, olga], shared=True)
    slack.says(eva, "Quiet night so far.", ops)
    slack.says(sam, "A customer says that Alan's account tests stolen cards.", ops)
    slack.says(sam, "Morning! Three tickets are open.", support)
    slack.says(finn, "The month is closed.", finance)
    slack.says(olga, "Good morning from our side.", shared)
    return Cast(ada, sam, eva, mia, ops, incidents)
