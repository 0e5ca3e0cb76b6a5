using Skerry.Agent.Configuration.Schema;

namespace Skerry.Agent.Tests.Configuration;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("bnid", "bind")]
    [InlineData("Bind", "bind")]
    [InlineData("data-directory", "dataDirectory")]
    [InlineData("info", "information")]
    [InlineData("tag", "tags")]
    public void A_slip_finds_the_word_that_was_meant(string word, string meant) =>
        Assert.Equal(meant, Spelling.Nearest(word, ["bind", "dataDirectory", "information", "tags"]));

    [Theory]
    [InlineData("x")]
    [InlineData("gateway")]
    [InlineData("")]
    public void A_word_of_its_own_finds_none(string word) => Assert.Null(Spelling.Nearest(word, ["bind", "dataDirectory", "tags"]));
}
