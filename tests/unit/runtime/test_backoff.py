from bot.supervisor.backoff import FIRST_DELAY, LONG_LIFE, LONGEST_DELAY, Backoff


def test_delay_doubles_up_to_a_limit_when_a_process_keeps_dying():
    backoff = Backoff()
    delays = [backoff.next_delay(lived=1) for _ in range(12)]
    assert delays[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert delays[-1] == LONGEST_DELAY


def test_delay_is_short_again_after_a_long_life():
    backoff = Backoff()
    for _ in range(6):
        backoff.next_delay(lived=1)
    assert backoff.next_delay(lived=LONG_LIFE) == FIRST_DELAY
