namespace CompatTests;

public class NamingTests
{
    [Fact]
    public Task A_text_lies_beside_its_test() => Verify("one\r\ntwo\n");
}
