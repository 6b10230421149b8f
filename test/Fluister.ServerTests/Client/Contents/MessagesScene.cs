using Fluister.Client;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Client.Contents;

/// <summary>Anna with a telephone and a computer, and Bert, who know each other.</summary>
internal sealed class MessagesScene : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly ClientScene _scene;

    private MessagesScene(TemporaryFolder folder, ClientScene scene, Person anna, Person annasComputer, Person bert)
    {
        (_folder, _scene, AnnasTelephone, AnnasComputer, BertsTelephone) = (folder, scene, anna, annasComputer, bert);
    }

    public Person AnnasTelephone { get; }

    public Person AnnasComputer { get; }

    public Person BertsTelephone { get; }

    public AccountClient Anna => AnnasTelephone.Client;

    public AccountClient Computer => AnnasComputer.Client;

    public AccountClient Bert => BertsTelephone.Client;

    public ServiceId AnnasId => AnnasTelephone.Id;

    public ServiceId BertsId => BertsTelephone.Id;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<MessagesScene> StartAsync(bool areAcquainted = true)
    {
        var folder = new TemporaryFolder();
        var scene = await ClientScene.StartAsync(new TestServer(blobs: folder["blobs"], avatars: folder["avatars"]));
        var (anna, bert) = (await scene.AddAsync(devices: 2), await scene.AddAsync());
        var computer = scene.AddDevice(anna, 2);
        foreach (var person in (Person[])[anna, computer, bert])
        {
            await person.ReadyAsync();
        }

        anna.Meets(bert);
        if (areAcquainted)
        {
            bert.Meets(anna);
            bert.Store.Transact(() =>
            {
                var conversation = bert.Store.Conversations.GetOrAdd(anna.Id);
                conversation.Json["profileSharing"] = true;
                bert.Store.Conversations.Save(conversation);
            });
        }

        return new MessagesScene(folder, scene, anna, computer, bert);
    }

    /// <summary>A file with so many bytes.</summary>
    public string File(string name, int size)
    {
        var path = Path.Combine(_folder.Path, name);
        System.IO.File.WriteAllBytes(path, [.. Enumerable.Range(0, size).Select(value => (byte)value)]);
        return path;
    }

    /// <summary>Waits until a device has content of a kind, and gives the message's row as it is there then.</summary>
    public static async Task<StoredMessage?> HearAsync(Person person, Func<Content, bool> fits)
    {
        ContentReceived heard;
        do
        {
            heard = await person.NextAsync<ContentReceived>();
        }
        while (!fits(heard.Content));

        return heard.MessageId is { } id ? person.Store.Messages.Find(id) : null;
    }

    /// <summary>Waits until everything is at the server, and then until it has come to a device: what is in the inbox is handled in
    /// order.</summary>
    public static async Task SettleAsync(Person from) => await from.Client.SentAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _scene.DisposeAsync();
        _folder.Dispose();
    }
}
