using System.Text.Json.Nodes;
using Fluister.Client;
using Fluister.Client.Store;

namespace Fluister.Tests.Client.Store;

public sealed class ConversationTableTests : StoreFixture
{
    [Fact]
    public void A_conversation_keeps_every_field()
    {
        var conversation = new StoredConversation
        {
            Id = RowUuid.New(),
            ServiceId = Bert,
            Number = "+49301",
            Name = "Bert",
            ProfileName = "B.",
            ProfileFamilyName = "Brecht",
            ActiveAt = 5,
            Json = new JsonObject { ["profileKey"] = "AAAA", ["expireTimer"] = 60 },
        };
        Store.Conversations.Save(conversation);
        Reopen();
        foreach (var read in (StoredConversation?[])
            [Store.Conversations.Find(Bert), Store.Conversations.Find(conversation.Id), Assert.Single(Store.Conversations.All())])
        {
            Assert.Equal(conversation with { Json = read!.Json }, read);
            Assert.Equal("AAAA", (string?)read.Json["profileKey"]);
            Assert.Equal("B. Brecht", (string?)read.Json["profileFullName"]);
        }

        Store.Conversations.Save(conversation with { Name = null, ServiceId = null });
        Assert.Null(Store.Conversations.Find(Bert));
        Assert.Null(Store.Conversations.Find(conversation.Id)!.Json["name"]);
    }

    [Fact]
    public void What_is_given_out_can_be_changed_without_an_effect()
    {
        var id = Store.Conversations.GetOrAdd(Bert).Id;
        Store.Conversations.Find(Bert)!.Json["x"] = 1;
        Store.Conversations.Find(id)!.Json["x"] = 1;
        Assert.Null(Store.Conversations.Find(id)!.Json["x"]);
        Assert.Equal(id, Store.Conversations.GetOrAdd(Bert).Id);
        Assert.NotEqual(id, Store.Conversations.GetOrAdd(Anna).Id);
    }

    [Fact]
    public void What_a_failed_transaction_wrote_is_forgotten()
    {
        Store.Conversations.Save(Store.Conversations.GetOrAdd(Bert) with { Name = "before" });
        Assert.Equal("before", Store.Conversations.Find(Bert)!.Name);
        Assert.Throws<InvalidOperationException>(() => Store.Transact(() =>
        {
            Store.Conversations.Save(Store.Conversations.Find(Bert)! with { Name = "after" });
            Assert.Equal("after", Store.Conversations.Find(Bert)!.Name);
            Store.Conversations.GetOrAdd(Anna);
            throw new InvalidOperationException();
        }));
        Assert.Equal("before", Store.Conversations.Find(Bert)!.Name);
        Assert.Null(Store.Conversations.Find(Anna));
    }

    [Fact]
    public void An_attempt_is_taken_back_alone()
    {
        Store.Transact(() =>
        {
            Store.Items.SetText("kept", "1");
            Assert.Throws<ClientException>(() => Store.Attempt<int>(() =>
            {
                Store.Items.SetText("lost", "1");
                throw new ClientException(ClientError.Malformed, "x");
            }));
        });
        Assert.Equal("1", Store.Items.Text("kept"));
        Assert.Null(Store.Items.Text("lost"));
    }

    [Fact]
    public void More_than_are_kept_in_memory_are_found_all_the_same()
    {
        Store.Transact(() =>
        {
            for (var i = 0; i < ClientLimits.CachedConversations + 10; i++)
            {
                Store.Conversations.Save(new StoredConversation { Id = $"c{i}", Name = $"{i}" });
            }

            for (var i = 0; i < ClientLimits.CachedConversations + 10; i++)
            {
                Assert.Equal($"{i}", Store.Conversations.Find($"c{i}")!.Name);
            }
        });
        Assert.Equal(ClientLimits.CachedConversations + 10, Store.Conversations.All().Count);
    }

    [Fact]
    public void A_conversation_goes_with_its_messages()
    {
        var id = Store.Conversations.GetOrAdd(Bert).Id;
        var message = Message(id, 1000);
        var other = Message("another", 1000);
        Store.Messages.Add(message);
        Store.Messages.Add(other);
        Store.Conversations.Remove(id);
        Assert.Null(Store.Conversations.Find(Bert));
        Assert.Null(Store.Messages.Find(message.Id));
        Assert.NotNull(Store.Messages.Find(other.Id));
    }
}
