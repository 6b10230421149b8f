using System.Runtime.InteropServices;

namespace Fluister.Engines.Native;

/// <summary>The functions of llama.cpp that are used, as include/llama.h of version <see cref="Version"/> declares them.</summary>
/// <remarks>Call none before <see cref="LlamaLibrary.Load"/> has checked and loaded the library. Structures are in Llama.Structures.cs.
/// Each release may change them; a new version needs a new look at both files, and new hashes in libraries.json.</remarks>
internal static unsafe partial class Llama
{
    /// <summary>The one version whose structures these are.</summary>
    public const string Version = "0.5.0-dev";

    public const int NoToken = -1;

    private const string Library = "llama";
    private const string Ggml = "ggml";
    private const string Base = "ggml-base";

    [LibraryImport(Library, EntryPoint = "llama_version")]
    public static partial byte* VersionText();

    [LibraryImport(Library, EntryPoint = "llama_model_default_params")]
    public static partial ModelParameters DefaultModelParameters();

    [LibraryImport(Library, EntryPoint = "llama_context_default_params")]
    public static partial ContextParameters DefaultContextParameters();

    [LibraryImport(Library, EntryPoint = "llama_model_quantize_default_params")]
    public static partial QuantizeParameters DefaultQuantizeParameters();

    [LibraryImport(Library, EntryPoint = "llama_log_set")]
    public static partial void SetLog(delegate* unmanaged[Cdecl]<int, byte*, void*, void> log, void* data);

    [LibraryImport(Library, EntryPoint = "llama_backend_init")]
    public static partial void InitializeBackend();

    // Models.
    [LibraryImport(Library, EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint LoadModel(string path, ModelParameters parameters);

    [LibraryImport(Library, EntryPoint = "llama_model_free")]
    public static partial void FreeModel(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_ctx_train")]
    public static partial int TrainedContext(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_layer")]
    public static partial int Layers(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_embd")]
    public static partial int Width(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_head")]
    public static partial int Heads(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_n_head_kv")]
    public static partial int KeyHeads(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_size")]
    public static partial ulong ModelSize(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_has_encoder")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool HasEncoder(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_has_decoder")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool HasDecoder(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_is_diffusion")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsDiffusion(nint model);

    [LibraryImport(Library, EntryPoint = "llama_model_meta_val_str", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Metadata(nint model, string key, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "llama_model_chat_template")]
    public static partial byte* ModelTemplate(nint model, byte* name);

    [LibraryImport(Library, EntryPoint = "llama_chat_apply_template")]
    public static partial int ApplyTemplate(
        byte* template, ChatMessage* messages, nuint count, byte addAssistant, byte* buffer, int length);

    [LibraryImport(Library, EntryPoint = "llama_model_quantize", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint Quantize(string from, string to, QuantizeParameters* parameters);

    // Contexts.
    [LibraryImport(Library, EntryPoint = "llama_init_from_model")]
    public static partial nint NewContext(nint model, ContextParameters parameters);

    [LibraryImport(Library, EntryPoint = "llama_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "llama_n_ctx")]
    public static partial uint ContextTokens(nint context);

    [LibraryImport(Library, EntryPoint = "llama_get_memory")]
    public static partial nint Memory(nint context);

    [LibraryImport(Library, EntryPoint = "llama_memory_clear")]
    public static partial void ClearMemory(nint memory, byte data);

    [LibraryImport(Library, EntryPoint = "llama_memory_seq_rm")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool RemoveFromMemory(nint memory, int sequence, int from, int to);

    [LibraryImport(Library, EntryPoint = "llama_set_n_threads")]
    public static partial void SetThreads(nint context, int generation, int prompt);

    [LibraryImport(Library, EntryPoint = "llama_attach_threadpool")]
    public static partial void AttachThreads(nint context, nint pool, nint promptPool);

    [LibraryImport(Library, EntryPoint = "llama_batch_get_one")]
    public static partial Batch OneSequence(int* tokens, int count);

    [LibraryImport(Library, EntryPoint = "llama_decode")]
    public static partial int Decode(nint context, Batch batch);

    [LibraryImport(Library, EntryPoint = "llama_synchronize")]
    public static partial void Synchronize(nint context);

    [LibraryImport(Library, EntryPoint = "llama_get_logits_ith")]
    public static partial float* Logits(nint context, int index);

    // Vocabulary.
    [LibraryImport(Library, EntryPoint = "llama_model_get_vocab")]
    public static partial nint Vocabulary(nint model);

    [LibraryImport(Library, EntryPoint = "llama_vocab_n_tokens")]
    public static partial int VocabularySize(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_type")]
    public static partial int VocabularyType(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_get_text")]
    public static partial byte* TokenText(nint vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_vocab_get_attr")]
    public static partial TokenAttributes Attributes(nint vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_vocab_is_eog")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsEnd(nint vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_vocab_bos")]
    public static partial int FirstToken(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_get_add_bos")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool WantsFirstToken(nint vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_tokenize")]
    public static partial int Tokenize(
        nint vocabulary, byte* text, int length, int* tokens, int capacity, byte addSpecial, byte parseSpecial);

    [LibraryImport(Library, EntryPoint = "llama_token_to_piece")]
    public static partial int Piece(nint vocabulary, int token, byte* buffer, int length, int skip, byte special);

    // Grammars.
    [LibraryImport(Library, EntryPoint = "llama_sampler_init_grammar", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewGrammar(nint vocabulary, string grammar, string root);

    [LibraryImport(Library, EntryPoint = "llama_sampler_apply")]
    public static partial void Apply(nint sampler, TokenArray* candidates);

    [LibraryImport(Library, EntryPoint = "llama_sampler_accept")]
    public static partial void Accept(nint sampler, int token);

    [LibraryImport(Library, EntryPoint = "llama_sampler_free")]
    public static partial void FreeSampler(nint sampler);

    // Backends.
    [LibraryImport(Ggml, EntryPoint = "ggml_backend_load", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint LoadBackend(string path);

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_reg_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Backend(string name);

    [LibraryImport(Base, EntryPoint = "ggml_backend_reg_get_proc_address", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BackendFunction(nint backend, string name);

    [LibraryImport(Base, EntryPoint = "ggml_threadpool_params_init")]
    public static partial void DefaultThreadPool(ThreadPoolParameters* parameters, int threads);

    [LibraryImport(Base, EntryPoint = "ggml_log_set")]
    public static partial void SetGgmlLog(delegate* unmanaged[Cdecl]<int, byte*, void*, void> log, void* data);
}
