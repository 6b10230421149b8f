using Fluister.Protocol;

namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>What hostile bytes may do at most.</summary>
internal static class Hostile
{
    /// <summary>Most bytes that reading may allocate whatever it reads: room for exceptions, key objects, fixed buffers.</summary>
    public const long AllocationBase = 64 * 1024;

    /// <summary>Most bytes that reading may allocate more for each byte that it was given: copies, lists and objects of parts.</summary>
    public const long AllocationPerByte = 24;

    /// <summary>Reads, and asserts that nothing but a refusal comes of it, within the bound of allocation.</summary>
    /// <param name="bytes">What is read.</param>
    /// <param name="read">Reads.</param>
    /// <param name="what">What a failure is reported as.</param>
    /// <param name="allowance">Bytes that may be allocated beyond the bound.</param>
    /// <returns>Whether the bytes were taken.</returns>
    public static bool Read(byte[] bytes, Action<byte[]> read, string what, long allowance = 0)
    {
        var isTaken = true;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
        }
        catch (ProtocolException)
        {
            isTaken = false;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Assert.Fail($"{what}: {exception}\n{Shown(bytes)}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var limit = AllocationBase + (AllocationPerByte * bytes.Length) + allowance;
        Assert.True(allocated <= limit, $"{what}: {allocated} bytes allocated for {bytes.Length}, limit {limit}.\n{Shown(bytes)}");
        return isTaken;
    }

    /// <summary>Bytes for a report.</summary>
    public static string Shown(byte[] bytes) =>
        bytes.Length <= 8192 ? Convert.ToHexString(bytes) : $"{Convert.ToHexString(bytes, 0, 8192)}... ({bytes.Length} bytes)";
}
