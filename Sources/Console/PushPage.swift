import Hub
import Notify
import Registry

/// The page on which somebody lets a browser take messages: the only one with a script, for a subscription needs one.
struct PushPage {
    let page: PersonalPage
    let code: String

    var html: String {
        let words = PersonalPageWords(page.language)
        return AnswerPage.page(
            page.language,
            """
            <h1>\(words.browsers.escaped)</h1>
            \(offer(words))
            \(page.browsers.map { remove($0, words) }.joined(separator: "\n"))
            <p><a href="/me/\(code)">\(words.settings.escaped)</a></p>
            """)
    }

    private func offer(_ words: PersonalPageWords) -> String {
        guard let key = page.pushKey else { return "<p>\(words.noBrowsers.escaped)</p>" }
        return """
            <button id="on" class="safe" data-key="\(key.escaped)" data-code="\(code)">\(words.subscribe.escaped)</button>
            <p id="failed" class="bad" hidden>\(words.failed.escaped)</p>
            <noscript><p class="bad">\(words.failed.escaped)</p></noscript>
            <script src="/push-page.js"></script>
            """
    }

    private func remove(_ browser: String, _ words: PersonalPageWords) -> String {
        """
        <form method="post" action="/me/\(code)/push/end"><p><bdi dir="ltr">\(browser.escaped)</bdi></p>\
        <button class="minor" name="browser" value="\(browser.escaped)">\(words.unsubscribe.escaped)</button></form>
        """
    }

    /// `/push-page.js`: subscribes (W3C Push API) and brings the subscription to the hub.
    static let script = """
        const on = document.getElementById('on');
        const failed = document.getElementById('failed');
        const fail = () => { failed.hidden = false; on.disabled = false; };
        on.onclick = async () => {
          on.disabled = true;
          failed.hidden = true;
          try {
            if (await Notification.requestPermission() !== 'granted') return fail();
            await navigator.serviceWorker.register('/push.js');
            const worker = await navigator.serviceWorker.ready;
            // A browser that cannot reach its push service may never say so.
            const tooLong = new Promise((_, reject) => setTimeout(() => reject('no answer in time'), 20000));
            const subscription = await Promise.race([tooLong, worker.pushManager.subscribe({
              userVisibleOnly: true, applicationServerKey: on.dataset.key
            })]);
            const answer = await fetch('/me/' + on.dataset.code + '/push', {
              method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(subscription)
            });
            if (!answer.ok) return fail();
            location.reload();
          } catch (error) {
            console.warn(String(error));
            fail();
          }
        };

        """

    /// `/push.js`: the service worker, which shows what ``WebPushChannel`` sends, and opens its link.
    static let worker = """
        self.addEventListener('push', event => {
          const said = event.data ? event.data.json() : {title: 'SmokeHub', text: ''};
          event.waitUntil(self.registration.showNotification(said.title, {
            body: said.text, tag: said.tag, renotify: Boolean(said.tag), requireInteraction: true, lang: said.language,
            data: {url: said.url}
          }));
        });
        self.addEventListener('notificationclick', event => {
          event.notification.close();
          const url = event.notification.data && event.notification.data.url;
          if (url) event.waitUntil(clients.openWindow(url));
        });

        """
}
