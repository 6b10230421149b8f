using System.Buffers;
using System.IO.Pipelines;
using Fluister.Server.Grpc;

namespace Fluister.ServerTests.Grpc;

/// <summary>One message of a call is read as gRPC frames it, however its bytes come, and nothing else is taken for one.</summary>
public sealed class FrameTests
{
    private static readonly byte[] Message = [1, 2, 3, 4, 5, 6, 7];

    [Fact]
    public async Task A_message_is_read_whether_its_bytes_come_at_once_or_one_by_one()
    {
        Assert.Equal(Message, await ReadAsync(GrpcClient.Frame(Message), Message.Length));
        Assert.Equal(Message, await ReadAsync(GrpcClient.Frame(Message), 1));
        Assert.Equal(Message, await ReadAsync(GrpcClient.Frame(Message), 4));
        Assert.Empty(await ReadAsync(GrpcClient.Frame([]), 1));
    }

    [Fact]
    public async Task A_message_of_just_the_bound_is_read_and_one_byte_more_is_not()
    {
        Assert.Equal(new byte[100], await ReadAsync(GrpcClient.Frame(new byte[100]), 64));
        Assert.Equal(GrpcAnswer.TooLarge, await RefusalAsync(GrpcClient.Frame(new byte[101]), 64));
    }

    [Fact]
    public async Task A_giant_length_is_refused_before_anything_of_the_message_comes()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(GrpcClient.Frame([], length: uint.MaxValue), TestContext.Current.CancellationToken);
        var (_, refusal) = await GrpcFrame.ReadAsync(pipe.Reader, 100, TestContext.Current.CancellationToken);
        Assert.Equal(GrpcAnswer.TooLarge, refusal);
    }

    [Fact]
    public async Task Two_messages_are_refused_before_the_second_has_come()
    {
        var pipe = new Pipe();
        byte[] both = [.. GrpcClient.Frame(Message), 0];
        await pipe.Writer.WriteAsync(both, TestContext.Current.CancellationToken);
        var (_, refusal) = await GrpcFrame.ReadAsync(pipe.Reader, 100, TestContext.Current.CancellationToken);
        Assert.Equal(GrpcAnswer.Unimplemented, refusal);
    }

    [Fact]
    public async Task No_message_at_all_is_refused() => Assert.Equal(GrpcAnswer.Unimplemented, await RefusalAsync([], 1));

    [Fact]
    public async Task A_compressed_message_is_refused_and_so_is_a_flag_that_means_nothing()
    {
        Assert.Equal(GrpcAnswer.Unimplemented, await RefusalAsync(GrpcClient.Frame(Message, flag: 1), 3));
        Assert.Equal(GrpcAnswer.Unreadable, await RefusalAsync(GrpcClient.Frame(Message, flag: 2), 3));
    }

    [Fact]
    public async Task A_message_that_ends_early_is_refused_wherever_it_ends()
    {
        var frame = GrpcClient.Frame(Message);
        for (var length = 1; length < frame.Length; length++)
        {
            Assert.Equal(GrpcAnswer.Unreadable, await RefusalAsync(frame[..length], 2));
        }
    }

    private static async Task<byte[]> ReadAsync(byte[] bytes, int step) => (await BothAsync(bytes, step)).Message!;

    private static async Task<GrpcAnswer?> RefusalAsync(byte[] bytes, int step) => (await BothAsync(bytes, step)).Refusal;

    private static async Task<(byte[]? Message, GrpcAnswer? Refusal)> BothAsync(byte[] bytes, int step)
    {
        var pipe = new Pipe();
        var reading = GrpcFrame.ReadAsync(pipe.Reader, 100, TestContext.Current.CancellationToken);
        foreach (var part in bytes.Chunk(step))
        {
            await pipe.Writer.WriteAsync(part, TestContext.Current.CancellationToken);
        }

        await pipe.Writer.CompleteAsync();
        var (message, refusal) = await reading;
        return refusal is null ? (message.ToArray(), null) : (null, refusal);
    }
}
