from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.post import Letter, NoPost, Posted, Sent


async def test_a_switch_that_writes_to_nobody_promises_nothing():
    post = Desks().post
    assert isinstance(post, NoPost)
    assert not post.can_get_sms("+48600100200")
    assert await post.sms(Letter("k", "+48600100200"), lambda _: None) == Posted(Sent.ERROR, "no_sender")
    assert await post.mail(Letter("k", "a@b.pl"), lambda _: None) == Posted(Sent.ERROR, "no_sender")
