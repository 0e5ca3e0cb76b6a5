namespace Skerry.Api.Http;

/// <summary>One endpoint.</summary>
/// <param name="Method">GET, PUT or DELETE.</param>
/// <param name="Pattern">Path with <c>{parts}</c>.</param>
/// <param name="Summary">What it does, for the OpenAPI document.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record ApiRoute(string Method, string Pattern, string Summary, Func<ApiCall, Task> RunAsync);
