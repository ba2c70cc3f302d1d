"""Who, where and which view a request means."""

from starlette.requests import Request

from playground.errors import CannotDo
from playground.model import Person, View
from playground.page.desk import Desk
from playground.page.draw import Seat
from playground.page.rooms import rooms_of
from playground.views import all_views


class NotHere(Exception):
    """There is no such person or room."""


def person_in(desk: Desk, request: Request) -> Person:
    """Return who acts; raises NotHere."""
    person = desk.person(request.path_params["who"])
    if person is None:
        raise NotHere
    return person


def seat_in(desk: Desk, request: Request) -> Seat:
    """Return who looks at what; raises NotHere where they cannot."""
    person, where = person_in(desk, request), request.path_params["where"]
    rooms = rooms_of(desk.workspace, person)
    # A page that is open when its channel is renamed goes on by the old name.
    renamed = [room for room in rooms if where in room.channel.previous_names]
    for room in [*(room for room in rooms if room.slug == where), *renamed]:
        return Seat(person, room, request.query_params.get("thread", ""))
    raise NotHere


def view_in(desk: Desk, request: Request) -> View:
    """Return the view that is meant; raises CannotDo where it is on nobody's screen any more."""
    person = person_in(desk, request)
    for view in all_views(desk.workspace):
        if (view.id, view.person) == (request.path_params["view"], person.id):
            return view
    raise CannotDo("That form is not open any more.")
