"""Nothing typed is lost and nothing is sent twice, whatever happens to socket, page and hub."""

from __future__ import annotations

from chat import ask, button, field, launcher, log, messages, open_chat, order, panel, say, until
from fake_hub import FakeHub
from playwright.sync_api import Locator, Page, expect

LOST = "Mất kết nối, đang nối lại…"


def start_and_press(page: Page, hub: FakeHub, what: Locator) -> None:
    """Press without a look whether it is still there: the page may come back by itself a moment earlier."""
    what.hover()
    hub.start()
    page.mouse.down()
    page.mouse.up()


def test_reload_keeps_transcript_draft_and_open_panel(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "một")
    ask(page, "hai")
    field(page).fill("còn viết dở")
    before = order(page)
    page.reload()
    expect(messages(page, "assistant")).to_have_count(2)
    assert order(page) == before
    expect(field(page)).to_have_value("còn viết dở")
    assert hub.received("hello")[-1] == {"type": "hello", "token": hub.only.token, "after": 0}
    assert page.evaluate("document.activeElement.tagName") == "BODY"  # a page that loads takes no focus


def test_words_sent_while_the_hub_is_away_arrive_exactly_once(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "trước")
    hub.stop()
    say(page, "trong lúc mất mạng")
    say(page, "câu thứ hai")
    expect(page.get_by_text(LOST)).to_be_visible()
    expect(page.get_by_text("Chưa gửi được")).to_have_count(2)
    start_and_press(page, hub, button(page, "Gửi lại").first)
    expect(log(page)).to_contain_text("Trả lời: câu thứ hai")
    expect(page.get_by_text(LOST)).to_have_count(0)
    assert hub.only.texts("citizen") == ["trước", "trong lúc mất mạng", "câu thứ hai"]
    assert len(order(page)) == 6


def test_a_short_break_is_not_worth_a_banner(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    page.evaluate(
        """() => {
          const banner = document.querySelector("mot-cua-chat").shadowRoot.querySelector(".banner");
          window.banners = [];
          new MutationObserver(() => banners.push(banner.textContent)).observe(banner, { childList: true });
        }"""
    )
    hub.cut()
    ask(page, "sau khi đứt")
    assert [text for text in page.evaluate("window.banners") if text] == []
    assert hub.connects == 2


def test_words_unsent_when_the_page_reloads_arrive_exactly_once(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "trước")
    hub.deaf = True
    say(page, "ngay trước khi tải lại")
    expect(page.locator(".waiting .state")).to_have_text("Đang gửi…")
    page.reload()
    expect(messages(page, "citizen")).to_have_text(["trước", "ngay trước khi tải lại"])
    hub.deaf = False
    hub.cut()
    expect(log(page)).to_contain_text("Trả lời: ngay trước khi tải lại")
    assert len(order(page)) == 4
    assert hub.only.texts("citizen") == ["trước", "ngay trước khi tải lại"]
    assert len({frame["id"] for frame in hub.received("say")}) == 2


def test_stored_but_unconfirmed_words_are_not_doubled(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "trước")
    hub.withhold = {3, 4}  # stored and answered, but the socket breaks before the citizen hears of it
    say(page, "đã lưu")
    expect(page.locator(".waiting .state")).to_have_text("Đang gửi…")
    until(page, lambda: len(hub.only.messages) == 4)
    hub.withhold = set()
    hub.cut()
    expect(log(page)).to_contain_text("Trả lời: đã lưu")
    assert order(page) == ["trước", "Trả lời: trước", "đã lưu", "Trả lời: đã lưu"]
    expect(page.locator(".message.citizen .state")).to_have_text(["Đã gửi", "Đã gửi"])


def test_after_a_restart_of_the_hub_only_what_is_new_is_replayed(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "một")
    hub.stop()
    hub.only.add("assistant", {"text": "Viết trong lúc khởi động lại"})
    hub.start()
    expect(log(page)).to_contain_text("Viết trong lúc khởi động lại")
    assert order(page) == ["một", "Trả lời: một", "Viết trong lúc khởi động lại"]
    assert hub.received("hello")[-1]["after"] == 2
    ask(page, "hai")
    assert len(order(page)) == 5


def test_a_repeated_message_is_shown_once(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.send(hub.only.messages[1])
    hub.send(hub.only.messages[0])
    hub.push("mốc")
    expect(log(page)).to_contain_text("mốc")
    assert order(page) == ["Xin chào", "Trả lời: Xin chào", "mốc"]


def test_a_gap_is_filled_by_asking_from_the_last_good_message(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.withhold = {3}
    hub.push("bị rơi")
    hub.push("đến trước")
    expect(log(page)).to_contain_text("đến trước")
    assert order(page) == ["Xin chào", "Trả lời: Xin chào", "bị rơi", "đến trước"]
    assert hub.received("hello")[-1]["after"] == 2


def test_a_gap_that_cannot_be_filled_does_not_silence_the_chat(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.withhold = hub.skip_replay = {3}
    hub.push("không bao giờ tới")
    hub.push("vẫn đọc được")
    expect(log(page)).to_contain_text("vẫn đọc được")
    ask(page, "hỏi tiếp")
    assert hub.connects <= 5


def test_presses_survive_a_reload(page: Page, hub: FakeHub):
    hub.answer = lambda text: [{"text": f"Trả lời: {text}", "buttons": [{"title": "Lệ phí"}]}]
    open_chat(page)
    ask(page)
    hub.deaf = True
    button(page, "Lệ phí").click()
    page.reload()
    expect(messages(page, "citizen")).to_have_text(["Xin chào", "Lệ phí"])
    expect(page.locator(".choices:not(.suggestions)")).to_have_count(0)
    hub.deaf = False
    hub.cut()
    expect(log(page)).to_contain_text("Trả lời: Lệ phí")
    assert hub.only.texts("citizen") == ["Xin chào", "Lệ phí"]


def test_an_expired_conversation_is_said_and_what_was_typed_goes_on(page: Page, hub: FakeHub):
    hub.answer = lambda text: [{"text": f"Trả lời: {text}", "buttons": [{"title": "Lệ phí"}]}]
    open_chat(page)
    ask(page)
    hub.stop()
    hub.conversations.clear()
    button(page, "Lệ phí").click()
    hub.start()
    expect(log(page)).to_contain_text("Cuộc trò chuyện trước đã hết hạn")
    expect(log(page)).to_contain_text("Trả lời: Lệ phí")
    assert order(page) == ["Lệ phí", "Trả lời: Lệ phí"]
    assert hub.received("press") == []


def test_a_hub_that_forgot_the_latest_messages_is_followed(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "một")
    ask(page, "hai")
    hub.stop()
    del hub.only.messages[2:]  # restored from a backup
    hub.start()
    ask(page, "ba")
    assert order(page) == ["một", "Trả lời: một", "ba", "Trả lời: ba"]


def test_a_dead_socket_is_noticed(open_context, hub: FakeHub):
    page = open_context().new_page()
    page.clock.install()
    page.goto(hub.url)
    open_chat(page)
    ask(page)
    hub.deaf = True
    page.clock.run_for(26_000)
    until(page, lambda: hub.received("ping"))
    assert len(hub.received("ping")) == 1
    page.clock.run_for(9_000)
    expect(log(page)).to_be_visible()
    page.clock.run_for(1_000)
    hub.deaf = False
    ask(page, "lại")
    assert hub.connects == 2


def test_an_unconfirmed_message_is_sent_again_by_itself(open_context, hub: FakeHub):
    page = open_context().new_page()
    page.clock.install()
    page.goto(hub.url)
    open_chat(page)
    ask(page)
    hub.deaf = True
    say(page, "không ai nghe")
    until(page, lambda: len(hub.received("say")) == 2)
    hub.deaf = False
    page.clock.run_for(13_000)
    expect(log(page)).to_contain_text("Trả lời: không ai nghe")
    assert hub.only.texts("citizen") == ["Xin chào", "không ai nghe"]


def test_a_hub_that_hangs_while_one_waits_is_left_within_ten_seconds(open_context, hub: FakeHub):
    page = open_context().new_page()
    page.clock.install()
    page.goto(hub.url)
    open_chat(page)
    ask(page)
    hub.deaf = True
    say(page, "không ai nghe")
    until(page, lambda: len(hub.received("say")) == 2)
    page.clock.run_for(5_100)
    until(page, lambda: hub.received("ping"))
    assert (len(hub.received("ping")), hub.knocks) == (1, 0)
    hub.deaf = False  # the next one, which whoever stands before them asks when this one does not answer
    page.clock.run_for(5_000)
    expect(log(page)).to_contain_text("Trả lời: không ai nghe")
    assert (hub.knocks, hub.connects) == (1, 2)
    page.clock.run_for(10_000)
    assert len(hub.received("ping")) == 1  # nobody waits any more


def test_the_hub_is_not_hammered_while_it_is_away(open_context, hub: FakeHub):
    page = open_context().new_page()
    page.clock.install()
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page.goto(hub.url)
    open_chat(page)
    ask(page)
    hub.stop()
    for _ in range(60):
        page.clock.run_for(5_000)
        until(page, lambda: sockets[-1].is_closed())  # the page's clock does not wait for the refusal
    assert 8 <= len(sockets) <= 30  # five minutes
    expect(page.get_by_text("việc gấp xin gọi 1022")).to_be_visible()
    start_and_press(page, hub, button(page, "Thử ngay"))
    ask(page, "trở lại")


def test_unread_answers_are_counted_on_the_launcher(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    field(page).press("Escape")
    hub.push("một")
    hub.push("hai")
    expect(page.locator(".badge")).to_have_text("2")
    page.reload()
    expect(page.locator(".badge")).to_have_text("2")
    expect(page.get_by_role("button", name="Hỏi Trợ lý Một Cửa (2 tin nhắn chưa đọc)")).to_be_visible()
    launcher(page).click()
    expect(messages(page, "assistant")).to_have_count(3)
    field(page).press("Escape")
    expect(page.locator(".badge")).to_be_hidden()


def test_end_and_erase_after_confirmation(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "bí mật")
    token = hub.only.token
    field(page).fill("viết dở")
    for answer in ("Không, quay lại", "Xoá cuộc trò chuyện"):
        assert hub.received("end") == []
        button(page, "Tuỳ chọn").click()
        button(page, "Kết thúc và xoá").click()
        expect(page.get_by_role("dialog", name="Kết thúc và xoá cuộc trò chuyện?")).to_contain_text(
            "không lấy lại được"
        )
        button(page, answer).click()
    expect(log(page)).to_contain_text("Cuộc trò chuyện đã kết thúc và được xoá")
    expect(messages(page, "citizen")).to_have_count(0)
    expect(field(page)).to_have_value("")
    assert hub.erased == [token]
    assert "bí mật" not in page.evaluate("JSON.stringify({ ...sessionStorage })")
    assert token not in page.evaluate("JSON.stringify({ ...sessionStorage })")
    ask(page, "mới")
    assert hub.only.token != token
    assert order(page) == ["mới", "Trả lời: mới"]


def test_erasing_without_a_connection_is_made_up_for(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "bí mật")
    token = hub.only.token
    hub.stop()
    button(page, "Tuỳ chọn").click()
    button(page, "Kết thúc và xoá").click()
    button(page, "Xoá cuộc trò chuyện").click()
    expect(messages(page, "citizen")).to_have_count(0)
    expect(log(page)).to_contain_text("Đang chờ máy chủ xoá")
    say(page, "câu mới")
    hub.start()
    expect(log(page)).to_contain_text("Trả lời: câu mới")
    assert hub.erased == [token]
    assert order(page) == ["câu mới", "Trả lời: câu mới"]


def test_what_has_to_be_kept_is_shown_again_with_the_reason(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "câu đầu")
    token, hub.keeps = hub.only.token, "Tôi chưa xoá được: cơ quan đang có yêu cầu giữ dữ liệu này."
    button(page, "Tuỳ chọn").click()
    button(page, "Kết thúc và xoá").click()
    button(page, "Xoá cuộc trò chuyện").click()
    expect(log(page)).to_contain_text("Tôi chưa xoá được")
    expect(log(page)).to_contain_text("câu đầu")
    ask(page, "câu sau")
    assert (hub.only.token, hub.erased) == (token, [])


def test_ended_elsewhere_ends_here(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.conversations[hub.only.token].messages.clear()
    hub.send({"type": "ended"})
    expect(log(page)).to_contain_text("Cuộc trò chuyện đã kết thúc và được xoá")
    assert order(page) == []


def test_works_where_session_storage_is_blocked(open_context, hub: FakeHub):
    page = open_context().new_page()
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no') } })")
    page.goto(hub.url)
    open_chat(page)
    ask(page, "một")
    hub.cut()
    ask(page, "hai")
    assert len(order(page)) == 4


def test_damaged_storage_is_ignored(page: Page, hub: FakeHub):
    page.evaluate(f"sessionStorage.setItem('motcua:{hub.url}', '[1,')")
    page.reload()
    open_chat(page)
    ask(page)
    expect(panel(page)).to_be_visible()
