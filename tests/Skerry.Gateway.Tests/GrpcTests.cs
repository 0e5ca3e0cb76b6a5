using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

using Skerry.Gateway.Plugins.Upstream;

namespace Skerry.Gateway.Tests;

/// <summary>gRPC is HTTP/2 with messages behind a five-byte frame and the outcome in trailers: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.</summary>
public sealed class GrpcTests
{
    [Fact]
    public async Task A_unary_call_brings_its_message_and_its_status()
    {
        string? te = null;
        await using var instance = await WebInstance.StartAsync(
            async http =>
            {
                te = http.Request.Headers.TE;
                var asked = await ReadMessageAsync(http.Request.Body);
                http.Response.ContentType = "application/grpc";
                await http.Response.BodyWriter.WriteAsync(Frame($"hello {asked}"));
                http.Response.AppendTrailer("grpc-status", "0");
                http.Response.AppendTrailer("grpc-message", "fine");
            },
            HttpProtocols.Http2);
        await using var gateway = await StartAsync(instance);
        using var answer = await gateway.Http.SendAsync(Call(Frame("you")));
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal("hello you", await ReadMessageAsync(body));
        Assert.Null(await ReadMessageAsync(body));
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal("fine", answer.TrailingHeaders.GetValues("grpc-message").Single());
        Assert.Equal("trailers", te);
    }

    [Fact]
    public async Task Messages_of_a_stream_come_one_by_one_and_its_status_at_the_end()
    {
        using var goOn = new SemaphoreSlim(0);
        await using var instance = await WebInstance.StartAsync(
            async http =>
            {
                http.Response.ContentType = "application/grpc";
                for (var i = 0; i < 5; i++)
                {
                    await http.Response.BodyWriter.WriteAsync(Frame($"message {i}"));
                    await goOn.WaitAsync(http.RequestAborted);
                }

                http.Response.AppendTrailer("grpc-status", "7");
            },
            HttpProtocols.Http2);
        await using var gateway = await StartAsync(instance);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = await gateway.Http.SendAsync(Call(Frame("go")), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal($"message {i}", await ReadMessageAsync(body));
            goOn.Release();
        }

        Assert.Null(await ReadMessageAsync(body));
        Assert.Equal("7", answer.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_call_that_fails_at_once_brings_its_status_without_a_body()
    {
        await using var instance = await WebInstance.StartAsync(
            http =>
            {
                http.Response.ContentType = "application/grpc";
                http.Response.Headers["grpc-status"] = "12";
                return Task.CompletedTask;
            },
            HttpProtocols.Http2);
        await using var gateway = await StartAsync(instance);
        using var answer = await gateway.Http.SendAsync(Call(Frame("x")));
        Assert.Equal("12", answer.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Trailers_of_an_answer_in_chunks_reach_a_client_on_http2()
    {
        await using var backend = Backend.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\nContent-Length: 9\r\n\r\n");
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await gateway.Http.SendAsync(request);
        Assert.Equal("hello", await answer.Content.ReadAsStringAsync());
        Assert.Equal("42", answer.TrailingHeaders.GetValues("X-Sum").Single());
        Assert.Single(answer.TrailingHeaders);
    }

    private static Task<TestGateway> StartAsync(WebInstance instance) => TestGateway.StartAsync(new UpstreamOptions { Addresses = [instance.Address] });

    private static HttpRequestMessage Call(byte[] message)
    {
        var content = new ByteArrayContent(message);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, "/test.Greeter/Greet") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return request;
    }

    private static byte[] Frame(string text)
    {
        var message = Encoding.UTF8.GetBytes(text);
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>The next message; null at the end.</summary>
    private static async Task<string?> ReadMessageAsync(Stream body)
    {
        var head = new byte[5];
        if (await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false) == 0) return null;
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await body.ReadExactlyAsync(message);
        return Encoding.UTF8.GetString(message);
    }
}
