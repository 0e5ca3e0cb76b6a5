using System.Text.Json.Nodes;

using Skerry.Api.Filter;

namespace Skerry.Api.Tests.Filter;

public sealed class FilterTests
{
    private static readonly JsonNode Item = JsonNode.Parse(
        """{"Service":{"Service":"web","Port":80,"Tags":["a","b"],"Meta":{"version":"1.2","x.y":"z"},"Address":""},"Checks":[{"Status":"passing"},{"Status":"warning"}],"On":true}""")!;

    [Theory]
    [InlineData("Service.Service == web", true)]
    [InlineData("Service.Service == \"web\"", true)]
    [InlineData("Service.Service == `web`", true)]
    [InlineData("Service.Service != web", false)]
    [InlineData("Service.Port == 80", true)]
    [InlineData("Service.Port == 80.0", true)]
    [InlineData("Service.Port == 81", false)]
    [InlineData("On == true", true)]
    [InlineData("\"a\" in Service.Tags", true)]
    [InlineData("a in Service.Tags", true)]
    [InlineData("c not in Service.Tags", true)]
    [InlineData("Service.Tags contains b", true)]
    [InlineData("Service.Tags not contains b", false)]
    [InlineData("Service.Meta.version == \"1.2\"", true)]
    [InlineData("Service.Meta[\"x.y\"] == z", true)]
    [InlineData("version in Service.Meta", true)]
    [InlineData("Service.Meta.none is empty", true)]
    [InlineData("Service.Address is empty", true)]
    [InlineData("Service.Tags is not empty", true)]
    [InlineData("Service.Service matches `^w.b$`", true)]
    [InlineData("Service.Service not matches `x`", true)]
    [InlineData("Checks.Status == warning", true)]
    [InlineData("Checks.Status == critical", false)]
    [InlineData("not Service.Service == web or Service.Port == 80", true)]
    [InlineData("Service.Service == x and Service.Port == 80 or On == true", true)]
    [InlineData("Service.Service == x and (Service.Port == 80 or On == true)", false)]
    [InlineData("NOT (Service.Service == x)", true)]
    public void An_expression_says_which_items_pass(string text, bool passes)
    {
        Assert.True(FilterParser.TryParse(text, out var expression, out var error), error);
        Assert.Equal(passes, expression!.Matches(Item));
    }

    [Theory]
    [InlineData("Service.Service ==", "1:19")]
    [InlineData("Service.Service === web", "1:19")]
    [InlineData("(Service.Service == web", "1:24")]
    [InlineData("Service.Service == \"web", "1:20")]
    [InlineData("Service.Service is web", "1:20")]
    [InlineData("Service.Service matches `(`", "1:25")]
    [InlineData("Service.Service == web extra", "1:24")]
    [InlineData("{}", "1:1")]
    [InlineData("", "1:1")]
    public void A_bad_expression_says_where(string text, string position)
    {
        Assert.False(FilterParser.TryParse(text, out _, out var error));
        Assert.StartsWith(position, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        Assert.False(FilterParser.TryParse(new string('(', 1000) + "a == b" + new string(')', 1000), out _, out _));
        Assert.False(FilterParser.TryParse("a == " + new string('b', 5000), out _, out _));
    }
}
