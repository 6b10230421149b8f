using Fluister.Protocol;

namespace Fluister.Tests.Protocol;

/// <summary>Expects that bytes from outside are refused for a stated reason.</summary>
internal static class Refused
{
    public static void With(ProtocolError error, Action action)
    {
        var refusal = Assert.Throws<ProtocolException>(action);
        Assert.True(error == refusal.Error, $"Expected {error}, got {refusal.Error}: {refusal.Message}");
    }
}
