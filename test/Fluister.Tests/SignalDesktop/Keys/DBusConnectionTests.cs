using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Archive.SignalDesktop.Keys.DBus;

namespace Fluister.Tests.SignalDesktop.Keys;

/// <summary>A bus or a service that does not keep to the protocol gives a clear end, in bounded time and memory.</summary>
public sealed class DBusConnectionTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    private static readonly byte[] s_true = [1, 0, 0, 0];

    [Fact]
    public void A_call_gets_its_answer()
    {
        using var bus = ScriptedBus.Behaved(call => [ScriptedBus.Reply(call, "b", s_true)]);
        using var connection = DBusConnection.Open([bus.EndPoint], s_long);
        Assert.True(connection.Runs("a.b"));
    }

    [Fact]
    public void Answers_to_others_and_pieces_of_any_size_do_not_matter()
    {
        using var bus = ScriptedBus.Behaved(call =>
        {
            byte[] other = [.. call[..8], 0xff, .. call[9..]];
            return ScriptedBus.Reply(other, "b", [0, 0, 0, 0]).Concat(ScriptedBus.Reply(call, "b", s_true)).Select(one => new[] { one });
        });
        using var connection = DBusConnection.Open([bus.EndPoint], s_long);
        Assert.True(connection.Runs("a.b"));
    }

    [Fact]
    public void An_error_is_told_by_its_name_only_where_it_is_one()
    {
        using var bus = ScriptedBus.Behaved(call => [ScriptedBus.Reply(call, "b", s_true, type: 3)]);
        Assert.Equal("it answered with an error", Fault(bus, s_long).Message);
    }

    [Theory]
    [InlineData("REJECTED EXTERNAL\r\n", "refused the login")]
    [InlineData("DATAX\r\n", "refused the login")]
    [InlineData("\r\n", "refused the login")]
    public void A_refused_login_is_told(string answer, string expected)
    {
        using var bus = new ScriptedBus([answer], (_, _) => null);
        Assert.Contains(expected, Fault(bus, s_long).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_login_without_a_line_end_is_cut_off()
    {
        using var bus = new ScriptedBus([new string('x', 4096)], (_, _) => null);
        Assert.Contains("does not speak D-Bus", Fault(bus, s_long).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_never_answers_is_left()
    {
        using var silent = ScriptedBus.Behaved(_ => []);
        Assert.Contains("in time", Fault(silent, s_short).Message, StringComparison.Ordinal);
        using var mute = new ScriptedBus([""], (_, _) => null);
        Assert.Contains("in time", Fault(mute, s_short).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_talks_for_ever_is_left()
    {
        // Signals without end, each of them proper: the deadline is the call's, not the message's.
        using var bus = ScriptedBus.Behaved(call => Enumerable.Repeat(ScriptedBus.Reply(call, "b", s_true, type: 4), int.MaxValue));
        Assert.Contains("in time", Fault(bus, s_short).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_hangs_up_is_told()
    {
        using var bus = ScriptedBus.Behaved(_ => null);
        Assert.Contains("hung up", Fault(bus, s_long).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_is_not_there_is_told()
    {
        var fault = Assert.Throws<DBusException>(() => DBusConnection.Open(DBusAddress.Parse("unix:path=/nowhere/bus"), s_long));
        Assert.Contains("cannot be reached", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 0x7fffffff)]
    [InlineData(4, -1)]
    [InlineData(4, 1 << 20)]
    [InlineData(12, 0x7fffffff)]
    [InlineData(12, -1)]
    public void A_message_that_claims_to_be_huge_is_refused_before_room_is_made(int at, int length)
    {
        using var bus = ScriptedBus.Behaved(call => [Patched(ScriptedBus.Reply(call, "b", s_true), at, BitConverter.GetBytes(length))]);
        Assert.Contains("more than", Fault(bus, s_long).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_single_byte_changed_is_an_error_or_an_answer_but_no_crash()
    {
        var length = ScriptedBus.Reply(new byte[16], "b", s_true).Length;
        for (var at = 0; at < length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7f, 0xff })
            {
                byte[] patch = [value];
                var place = at;
                using var bus = ScriptedBus.Behaved(call => [Patched(ScriptedBus.Reply(call, "b", s_true), place, patch)]);
                var fault = Record.Exception(() =>
                {
                    using var connection = DBusConnection.Open([bus.EndPoint], TimeSpan.FromMilliseconds(50));
                    connection.Runs("a.b");
                });
                Assert.True(fault is null or DBusException, $"{at} {value}: {fault}");
            }
        }
    }

    [Theory]
    [InlineData("b", new byte[] { 2, 0, 0, 0 })]
    [InlineData("b", new byte[] { 1, 0, 0 })]
    [InlineData("b", new byte[0])]
    [InlineData("s", new byte[] { 1, 0, 0, 0 })]
    [InlineData("", new byte[0])]
    public void A_body_that_is_not_what_was_asked_for_is_refused(string signature, byte[] body)
    {
        using var bus = ScriptedBus.Behaved(call => [ScriptedBus.Reply(call, signature, body)]);
        Assert.Contains("malformed", Fault(bus, s_long).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 6, 0, 0, 0, 1, 0, 0, 0, (byte)'a', (byte)'b' })]
    [InlineData(new byte[] { 5, 0, 0, 0, 1, 0, 0, 0, (byte)'a', 0, 0, 0 })]
    public void An_array_of_strings_stays_within_its_bounds(byte[] bytes)
    {
        var fault = Record.Exception(() => new DBusReader(bytes).Strings());
        Assert.True(fault is DBusException || bytes[0] == 5, $"{fault}");
    }

    [Fact]
    public void Values_come_back_as_they_were_written()
    {
        using var writer = new DBusWriter();
        writer.Byte(7).String("é").Int64(-2).Boolean(true).Strings(["a", "bcd"]).Bytes([1, 2, 3]).Signature("ay").Int32(-5);
        var reader = new DBusReader(writer.Written);
        Assert.Equal(7, reader.Byte());
        Assert.Equal("é", reader.String());
        reader.Skip("x");
        Assert.True(reader.Boolean());
        Assert.Equal(["a", "bcd"], reader.Strings());
        Assert.Equal([1, 2, 3], reader.Bytes().ToArray());
        Assert.Equal("ay", reader.Signature());
        Assert.Equal(-5, reader.Int32());
        Assert.True(reader.AtEnd);
        // Laid out by hand: a byte, padding, the length, "é" and its end.
        Assert.Equal([7, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0xa9, 0], writer.Written[..11].ToArray());
    }

    [Theory]
    [InlineData("unix:path=/run/user/1000/bus", "/run/user/1000/bus")]
    [InlineData("unix:path=/tmp/a%20b,guid=0123", "/tmp/a b")]
    [InlineData("unix:abstract=/tmp/dbus-x", "@/tmp/dbus-x")]
    [InlineData("tcp:host=localhost,port=1;unix:path=/a", "/a")]
    public void An_address_is_read(string address, string expected) =>
        Assert.Equal(expected, Assert.Single(DBusAddress.Parse(address)).ToString());

    [Theory]
    [InlineData("tcp:host=localhost,port=1")]
    [InlineData("unixexec:path=/bin/sh")]
    [InlineData("unix:path=")]
    [InlineData("unix:tmpdir=/tmp")]
    [InlineData("autolaunch:")]
    public void An_address_other_than_a_Unix_socket_is_refused(string address) =>
        Assert.Throws<DBusException>(() => DBusAddress.Parse(address));

    [Fact]
    public void Without_a_session_the_keyrings_say_so()
    {
        var keyring = new SecretService(() => DBusAddress.OfSession(_ => null), s_long, s_long);
        var fault = Assert.Throws<KeyringException>(() => keyring.Read("v11", "Signal").Count());
        Assert.Contains("there is no session bus", fault.Message, StringComparison.Ordinal);
    }

    private static DBusException Fault(ScriptedBus bus, TimeSpan timeout) => Assert.Throws<DBusException>(() =>
    {
        using var connection = DBusConnection.Open([bus.EndPoint], timeout);
        connection.Runs("a.b");
    });

    private static byte[] Patched(byte[] message, int at, byte[] patch)
    {
        patch.CopyTo(message, at);
        return message;
    }
}
