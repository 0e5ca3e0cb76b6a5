using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Skerry.Agent.Tests.CommandLine;

/// <summary>An agent's HTTP API with fixed answers, that remembers what it was asked.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly List<(string Request, string Body)> _requests = [];
    private readonly Dictionary<string, (int Status, string Body)> _answers;

    private FakeApi(Dictionary<string, (int Status, string Body)> answers)
    {
        _answers = answers;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(System.Net.IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>Method, path and query, and body of each request.</summary>
    public IReadOnlyList<(string Request, string Body)> Requests => _requests;

    /// <summary>The token of each request that brought one.</summary>
    public List<string> Tokens { get; } = [];

    public string Address => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Answers by <c>METHOD path?query</c>; anything else is a 404.</summary>
    public static async Task<FakeApi> StartAsync(params (string Request, int Status, string Body)[] answers)
    {
        var api = new FakeApi(answers.ToDictionary(answer => answer.Request, answer => (answer.Status, answer.Body)));
        await api._server.StartAsync();
        return api;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = $"{context.Request.Method} {context.Request.Path.Value}{context.Request.QueryString}";
        using var reader = new StreamReader(context.Request.Body);
        if (context.Request.Headers["X-Consul-Token"].ToString() is { Length: > 0 } token) Tokens.Add(token);
        _requests.Add((request, await reader.ReadToEndAsync()));
        var (status, body) = _answers.GetValueOrDefault(request, (404, $"no answer for {request}"));
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    }
}
