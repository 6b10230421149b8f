using System.Text;
using System.Text.Json;
using Fluister.Protocol.Keys;
using Fluister.Server.Hosting;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Tests.Protocol;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Operations;

/// <summary>A descriptor is good for a while, and a later one is always known as such.</summary>
public sealed class PublishedDescriptorTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly SeededRandom _random = new(5);
    private readonly TestClock _clock = new();
    private readonly ServerIdentity _identity;

    public PublishedDescriptorTests() => _identity = ServerIdentity.Generate(_random);

    private PublicKey Genesis => _identity.Genesis.Public;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_fresh_one_is_signed_every_day_and_each_is_good_for_thirty()
    {
        var published = Publish();
        var first = Read(published);
        _clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(first.Sequence, Read(published).Sequence);
        _clock.Advance(TimeSpan.FromHours(1));
        var second = Read(published);
        Assert.Equal(published.Sequence, second.Sequence);
        Assert.Equal(TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(second.Sequence - first.Sequence));
        Assert.Equal(TimeSpan.FromDays(30), TimeSpan.FromMilliseconds(second.Expires!.Value - second.Sequence));
        Assert.Equal(DescriptorFault.Expired, Fault(published.Signed, null, _clock.GetUtcNow().AddDays(30).AddMilliseconds(1)));
        Assert.Equal(DescriptorFault.None, Fault(published.Signed, null, _clock.GetUtcNow().AddDays(30)));
    }

    [Fact]
    public void The_sequence_goes_up_where_the_clock_was_set_back_and_the_program_started_anew()
    {
        var before = Publish().Sequence;
        _clock.Advance(TimeSpan.FromDays(-400));
        var after = Publish();
        Assert.Equal(before + 1, after.Sequence);
        Assert.Equal(before + 2, Publish().Sequence);
        Assert.Equal(before + 3, after.Sequence);
        Assert.Equal(before + 3, Read(after).Sequence);
    }

    [Fact]
    public void What_is_wrong_with_one_is_told_apart()
    {
        var now = _clock.GetUtcNow();
        var (earlier, later) = (Publish().Signed, Publish().Signed);
        var known = SignedDescriptor.Read(later, Genesis);
        Assert.Equal(DescriptorFault.None, Fault(later, known, now));
        Assert.Equal(DescriptorFault.None, Fault(later, SignedDescriptor.Read(earlier, Genesis), now));
        Assert.Equal(DescriptorFault.Rollback, Fault(earlier, known, now));
        Assert.Equal(DescriptorFault.WrongKey, Fault([.. "{}"u8], known, now));
        Assert.Equal(DescriptorFault.Malformed, Fault(SignedDescriptor.Sign([.. "{}"u8], _identity.Key.Private, _random), known, now));
        var (other, rotated) = (ServerIdentity.Generate(_random), _identity.RotateKey(_random));
        Assert.Equal(DescriptorFault.WrongKey, Fault(Publish(other).Signed, known, now));
        Assert.Equal(DescriptorFault.WrongKey, Fault(SignedDescriptor.Sign([.. "{}"u8], other.Key.Private, _random), known, now));
        Assert.Equal(DescriptorFault.None, Fault(Publish(rotated).Signed, known, now));
        Assert.Equal(DescriptorFault.Rollback, Fault(Publish().Signed, SignedDescriptor.Read(Publish(rotated).Signed, Genesis), now));
        Assert.All(
            Enum.GetValues<DescriptorFault>().Where(fault => fault != DescriptorFault.None),
            fault => Assert.EndsWith(".", fault.Explain().TrimEnd(')'), StringComparison.Ordinal));
    }

    [Fact]
    public void One_from_before_there_were_histories_and_ends_is_read_for_ever()
    {
        var old = Read(Publish()) with { Keys = null, Expires = null, Federation = null, Build = null };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(old, DescriptorJsonContext.Default.DescriptorJson);
        Assert.DoesNotContain("expires", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        var signed = SignedDescriptor.Sign(bytes, _identity.Key.Private, _random);
        Assert.Equal(DescriptorFault.None, Fault(signed, old, _clock.GetUtcNow().AddYears(20)));
        Assert.Equal(DescriptorFault.None, Fault(Publish().Signed, old, _clock.GetUtcNow()));
    }

    [Fact]
    public void It_tells_other_servers_where_and_how_and_which_program_it_is()
    {
        var said = Read(Publish());
        Assert.Equal(["https://localhost:8443"], [said.Federation!.Url]);
        Assert.Equal([1], said.Federation.Versions);
        Assert.StartsWith("Fluister 0.", said.Software);
    }

    private DescriptorFault Fault(byte[] signed, DescriptorJson? known, DateTimeOffset now)
    {
        var fault = SignedDescriptor.TryRead(signed, Genesis, known, now, out var said);
        Assert.Equal(fault == DescriptorFault.None, said is not null);
        return fault;
    }

    private DescriptorJson Read(PublishedDescriptor published) => SignedDescriptor.Read(published.Signed, Genesis)!;

    private PublishedDescriptor Publish(ServerIdentity? identity = null)
    {
        var of = identity ?? _identity;
        return new PublishedDescriptor(
            (now, sequence) =>
            {
                using var authority = NetworkAuthority.Create("localhost", now);
                return Descriptor.Write(new ServerOptions(), 8443, of, authority, authority, now, sequence);
            },
            of.Key.Private,
            _clock,
            _random,
            _temporary["descriptor.sequence"]);
    }
}
