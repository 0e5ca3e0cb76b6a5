using System.Text;

using Skerry.Catalog.Checks;

namespace Skerry.Catalog.Tests.Checks;

public sealed class CheckResultTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("€")]
    [InlineData("🏝")]
    public void Output_is_cut_between_characters(string letter)
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var text = new string('x', shift) + string.Concat(Enumerable.Repeat(letter, 5000));
            var cut = CheckResult.Cut(text);
            Assert.InRange(Encoding.UTF8.GetByteCount(cut), CheckResult.MaxOutput - 3, CheckResult.MaxOutput);
            Assert.StartsWith(cut, text, StringComparison.Ordinal);
            Assert.False(char.IsHighSurrogate(cut[^1]));
        }
    }

    [Fact]
    public void Output_that_fits_stays_as_it_is()
    {
        var text = new string('x', CheckResult.MaxOutput);
        Assert.Same(text, CheckResult.Cut(text));
    }
}
