using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Fluister.Server.Accounts;

namespace Fluister.ServerTests.Faults;

/// <summary>An upload by TUS to a real server, which may go away meanwhile.</summary>
internal sealed class Upload
{
    private readonly LiveServer _server;
    private readonly JsonNode _form;
    private readonly long _length;
    private long _offset;

    private Upload(LiveServer server, JsonNode form, long length) => (_server, _form, _length) = (server, form, length);

    /// <summary>Its key.</summary>
    public string Key => (string)_form["key"]!;

    /// <summary>Gets a form, and begins.</summary>
    public static async Task<Upload> BeginAsync(LiveServer server, Account account, long length)
    {
        var upload = await FormAsync(server, account, length);
        Assert.Equal(201, await upload.CreateAsync());
        return upload;
    }

    /// <summary>Tries the same, and gives the status.</summary>
    public static async Task<int> TryBeginAsync(LiveServer server, Account account, long length) =>
        await (await FormAsync(server, account, length)).CreateAsync();

    private static async Task<Upload> FormAsync(LiveServer server, Account account, long length)
    {
        using var form = await server.AskAsync(HttpMethod.Get, $"/v4/attachments/form/upload?uploadLength={length}", account);
        Assert.Equal(HttpStatusCode.OK, form.StatusCode);
        var text = await form.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Upload(server, JsonNode.Parse(text)!, length);
    }

    private async Task<int> CreateAsync()
    {
        using var request = Request(HttpMethod.Post, "/attachments", ("Upload-Length", $"{_length}"));
        using var answer = await _server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    /// <summary>Sends what comes next, and gives the status; none where there was no answer.</summary>
    public async Task<int?> SendAsync(byte[] bytes)
    {
        using var request = Request(HttpMethod.Patch, $"/attachments/{Key}", ("Upload-Offset", $"{_offset}"));
        request.Content = new ByteArrayContent(bytes);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        try
        {
            using var answer = await _server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            _offset += answer.IsSuccessStatusCode ? bytes.Length : 0;
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Asks how far it is, and goes on from there.</summary>
    public async Task<(int Status, long Offset)> AskAsync()
    {
        using var request = Request(HttpMethod.Head, $"/attachments/{Key}");
        using var answer = await _server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            Assert.Equal($"{_length}", answer.Headers.GetValues("Upload-Length").Single());
            _offset = long.Parse(answer.Headers.GetValues("Upload-Offset").Single());
        }

        return ((int)answer.StatusCode, _offset);
    }

    /// <summary>What is downloaded, by somebody who knows the key; none where there is nothing.</summary>
    public async Task<byte[]?> DownloadAsync()
    {
        using var answer = await _server.AskAsync(HttpMethod.Get, $"/attachments/{Key}");
        return answer.StatusCode == HttpStatusCode.OK
            ? await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)
            : null;
    }

    private HttpRequestMessage Request(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, _server.Url(path));
        request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in _form["headers"]!.AsObject())
        {
            request.Headers.TryAddWithoutValidation(name, (string)value!);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
