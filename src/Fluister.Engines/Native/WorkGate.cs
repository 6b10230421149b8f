using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fluister.Engines.Native;

/// <summary>When the work in hand is to be given up. llama.cpp asks after every step of its computation.</summary>
/// <remarks>Static, for its function is called by llama.cpp without an object; a process has one model and does one thing at a
/// time.</remarks>
internal static unsafe class WorkGate
{
    private static int s_current = int.MaxValue;
    private static int s_cancelled;
    private static long s_deadline = long.MaxValue;
    private static long s_steps;

    /// <summary>The request in hand; the largest number for none.</summary>
    public static int Current
    {
        get => Volatile.Read(ref s_current);
        set => Volatile.Write(ref s_current, value);
    }

    /// <summary>Grows while there is progress.</summary>
    public static long Steps => Volatile.Read(ref s_steps);

    public static bool IsCancelled => Volatile.Read(ref s_cancelled) >= Volatile.Read(ref s_current);

    /// <summary>For <see cref="Llama.ContextParameters.Abort"/>.</summary>
    public static delegate* unmanaged[Cdecl]<void*, byte> Abort => &ShouldAbort;

    /// <summary>For <see cref="Llama.ModelParameters.Progress"/>.</summary>
    public static delegate* unmanaged[Cdecl]<float, void*, byte> Progress => &GoesOn;

    /// <summary>Gives up this request and those before it.</summary>
    public static void Cancel(int id) => Volatile.Write(ref s_cancelled, Math.Max(id, Volatile.Read(ref s_cancelled)));

    /// <summary>Gives up what runs at this time; null to lift it.</summary>
    public static void SetDeadline(TimeSpan? fromNow) => Volatile.Write(
        ref s_deadline, fromNow is { } time ? Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency) : long.MaxValue);

    public static void Step() => Volatile.Write(ref s_steps, s_steps + 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* data)
    {
        Step();
        return IsCancelled || (Volatile.Read(ref s_deadline) is var deadline and < long.MaxValue && Stopwatch.GetTimestamp() > deadline)
            ? (byte)1
            : (byte)0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte GoesOn(float share, void* data)
    {
        Step();
        return IsCancelled ? (byte)0 : (byte)1;
    }
}
