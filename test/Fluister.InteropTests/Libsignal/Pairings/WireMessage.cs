namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>A message as an envelope carries it: its type (2 message, 3 pre-key message, 7 sender key message) and its bytes.</summary>
internal sealed record WireMessage(int Type, byte[] Bytes);
