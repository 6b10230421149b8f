using System.Runtime.InteropServices;

namespace Fluister.Engines.Native;

/// <content>The structures, field by field. Booleans are bytes, enumerations are ints, pointers are native integers.</content>
internal static unsafe partial class Llama
{
    [Flags]
    public enum TokenAttributes
    {
        None = 0,
        Unknown = 1,
        Unused = 2,
        Normal = 4,
        Control = 8,
        UserDefined = 16,
        Byte = 32,
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ModelParameters
    {
        public nint Devices;
        public nint BufferOverrides;
        public int GpuLayers;
        public int SplitMode;
        public int LoadMode;
        public int LazyMode;
        public int MainGpu;
        public nint TensorSplit;
        public delegate* unmanaged[Cdecl]<float, void*, byte> Progress;
        public void* ProgressData;
        public nint MetadataOverrides;
        public byte VocabularyOnly;
        public byte CheckTensors;
        public byte UseExtraBuffers;
        public byte NoHost;
        public byte NoAllocation;
        public byte LoadPredictors;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ContextParameters
    {
        public uint Context;
        public uint Batch;
        public uint PhysicalBatch;
        public uint Sequences;
        public uint RecurrentSnapshots;
        public uint Outputs;
        public uint OutputsPerSequence;
        public int Threads;
        public int PromptThreads;
        public int ContextType;
        public int RopeScaling;
        public int Pooling;
        public int Attention;
        public int FlashAttention;
        public float RopeBase;
        public float RopeScale;
        public float YarnExtension;
        public float YarnAttention;
        public float YarnFast;
        public float YarnSlow;
        public uint YarnContext;
        public float DefragmentThreshold;
        public nint Evaluated;
        public nint EvaluatedData;
        public int KeyType;
        public int ValueType;
        public delegate* unmanaged[Cdecl]<void*, byte> Abort;
        public void* AbortData;
        public byte Embeddings;
        public byte OffloadCache;
        public byte NoTimings;
        public byte OffloadOperations;
        public byte WholeSlidingWindow;
        public byte UnifiedCache;
        public nint Samplers;
        public nuint SamplerCount;
        public nint Other;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct QuantizeParameters
    {
        public int Threads;
        public int Type;
        public int OutputType;
        public int EmbeddingType;
        public byte AllowRequantize;
        public byte QuantizeOutput;
        public byte OnlyCopy;
        public byte Pure;
        public byte KeepSplit;
        public byte DryRun;
        public nint Importance;
        public nint MetadataOverrides;
        public nint TensorOverrides;
        public nint PruneLayers;
        public nuint BufferSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Batch
    {
        public int Count;
        public int* Tokens;
        public nint Embeddings;
        public nint Positions;
        public nint SequenceCounts;
        public nint Sequences;
        public nint Outputs;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Token
    {
        public int Id;
        public float Logit;
        public float Probability;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TokenArray
    {
        public Token* Tokens;
        public nuint Count;
        public long Selected;
        public byte IsSorted;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ChatMessage
    {
        public byte* Role;
        public byte* Content;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ThreadPoolParameters
    {
        public fixed byte Processors[512];
        public int Threads;
        public int Priority;
        public uint Poll;
        public byte Strict;
        public byte Paused;
    }
}
