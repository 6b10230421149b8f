using Fluister.Archive.Conversations;

namespace Fluister.Tests.Exports;

/// <summary>Texts that try to become markup or code, in every place that another person can write to.</summary>
internal static class HostileCorpus
{
    /// <summary>What a script of the corpus would leave behind in the page.</summary>
    internal const string Canary = "fluister-canary-ran";

    internal static readonly string[] Texts =
    [
        Run("<script>", "</script>"),
        Run("</script><script>", "</script>"),
        Run("</title></style></textarea><script>", "</script>"),
        Run("<img src=x onerror=\"", "\">"),
        Run("<img src=x onerror='", "'>"),
        Run("\"><img src=x onerror=", ">"),
        Run("' onmouseover='", "'"),
        Run("\" onfocus=\"", "\" autofocus tabindex=\"1"),
        Run("<svg onload=\"", "\">"),
        Run("<svg><script>", "</script></svg>"),
        Run("<body onload=\"", "\">"),
        Run("<iframe srcdoc=\"<script>parent.", "</script>\">"),
        Run("<details open ontoggle=\"", "\">"),
        Run("<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=", "&gt;\">"),
        Run("<!--><script>", "</script>-->"),
        Run("]]><script>", "</script>"),
        Run("&lt;script&gt;", "&lt;/script&gt;"),
        Run("&#60;script&#62;", "&#60;/script&#62;"),
        Run("+ADw-script+AD4-", "+ADw-/script+AD4-"),
        Run("\0<\0script>", "</script>"),
        Run("\uFF1Cscript\uFF1E", "\uFF1C/script\uFF1E"),
        Run("javascript:", ""),
        Run("JaVaScRiPt:", ""),
        Run("java\nscript:", ""),
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "vbscript:msgbox(1)",
        Run("https://example.org/\" onclick=\"", ""),
        Run("https://example.org/'><script>", "</script>"),
        Run("https://example.org/</a><script>", "</script>"),
        Run("http://x\u0000y\" style=\"x:expression(", ")"),
        "<base href=\"https://evil.example/\"><meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
        "<link rel=stylesheet href=//evil.example/x.css><style>*{display:none}</style>",
        "<form action=https://evil.example/><input type=submit formaction=javascript:1>",
        "<a href=\"javascript:document.title=1\">x</a>",
        "<object data=\"data:text/html,x\"></object><embed src=\"//evil.example\">",
        Run("`<script>", "</script>`"),
        Run("${", "}"),
        Run("{{constructor.constructor('", "')()}}"),
        "\u202E<script>\u2066",
        "\uD800<script>\uDFFF",
    ];

    /// <summary>Every text in every place.</summary>
    internal static InMemoryArchive Archive()
    {
        var chats = Texts.Select(static (t, i) => new Conversation { Id = $"{i}{t}", Kind = ConversationKind.Group, Name = t }).ToList();
        var archive = new InMemoryArchive { Chats = chats, Messages = Texts.SelectMany((t, i) => Messages(t, chats[i].Id, i)).ToList() };
        archive.Files["f"] = "<script>document.body.id='x'</script>"u8.ToArray();
        return archive;
    }

    private static string Run(string before, string after) => $"{before}document.title='{Canary}';document.body.append('{Canary}'){after}";

    private static IEnumerable<Message> Messages(string text, string chat, int i)
    {
        var person = new Participant(text, text, text, text);
        var file = new Attachment { ContentType = text, FileName = text, Caption = text, Path = "f", Size = 9 };
        yield return new Message
        {
            Id = text,
            RowId = (i * 2) + 1,
            ConversationId = chat,
            Type = text,
            Sender = person,
            SentAt = new Timestamp(Samples.Noon),
            Body = text,
            Ranges = [new BodyRange(0, text.Length, BodyStyle.Bold), new BodyRange(1, 3, BodyStyle.Spoiler),
                new BodyRange(2, 4, BodyStyle.Mention, person)],
            Quote = new Quote(new Timestamp(Samples.Noon), person, text) { MessageId = text, Attachments = [file] },
            Reactions = [new Reaction(text, person, default)],
            Attachments =
            [
                file, file with { ContentType = "image/svg+xml" }, file with { ContentType = "text/html" },
                    file with { ContentType = "image/png" },
                file with { ContentType = "image/png;\"><script>" + text },
                    file with { ContentType = "audio/mpeg", IsVoiceMessage = true }, file with { ContentType = "video/mp4" },
            ],
            Edits = [new Edit(default, text) { Attachments = [file] }],
            Previews = [new LinkPreview(text, text, text, file), new LinkPreview("javascript:" + text, text, text),
                new LinkPreview("https://example.org/" + text, text, text)],
            Contacts = [new SharedContact(text, [text], [text], text)],
            Sticker = new Sticker(text, 1, text, file),
            Poll = new Poll(text, [new PollOption(text, [person])], false, false),
            StoryId = text,
        };
        yield return new Message
        {
            Id = "2" + text,
            RowId = (i * 2) + 2,
            ConversationId = chat,
            Kind = MessageKind.Event,
            Body = text,
            Call = new Call(text, text, text),
            Event = new ConversationEvent(text, text),
        };
    }
}
