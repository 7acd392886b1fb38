// The words of a passphrase: 2,048 Vietnamese words of two syllables, things that
// one sees or does in a village, written by first syllable. No two are the same
// once their accents are gone, and no syllable of theirs is one that Telex or VNI,
// left on by mistake, would change while it is typed. A test holds all of it.
const list = `
anh: cả chị đào em hai trai
ao: bèo cá chuôm hồ làng nhà sen
áo: bông chàm dài hồng len mưa nâu thun tơi trắng trong xanh yếm
ấm: áp cúng êm no trà
bà: con lão ngoại nội
bác: học sĩ
bạc: hà nén trắng
bài: báo ca hát học ngà thơ văn
bàn: ăn bạc chân cờ đá ghế giấy học là tay thờ trà
bản: đôn mẫu nhạc thảo thân
bạn: bè đọc đời gái nghề trai
bánh: bao bèo bò bông canh chưng cốm cuốn dẻo đậu đúc gai giầy giò gối hỏi kem khảo khoai khô lá mì nếp ngọt ngô nướng phở quế quy rán sắn tẻ tét tráng tro trôi xèo xu
bắt: cá đầu tay tôm
bầu: bạn bí khí không rượu trời
bến: bờ cảng đò nước phà sông tàu xe
bí: đao đỏ mật ngô thư xanh
biên: cương giới phòng
biển: bạc cả cát đông khơi rộng xanh
bình: an dân hoa minh thường yên
bóng: bàn bay cây chuyền đá đèn đêm mát ném râm rổ trăng tre
bông: băng gạo gòn hoa lau lúa sen tai vải
bờ: ao biển đê hồ rào ruộng sông suối tường
bơi: lội
bút: bi chì dạ kí lông máy mực sáp xóa
bước: chân đi nhảy tiến
cá: ba bống cảnh chép chình chuối cơm diếc heo hố hồi hộp khô lóc mè ngừ ngựa nóc nục nướng quả rán rô sấu thu tra trắm trê trích trôi tươi vàng voi
cái: áo ấm bàn bảng bào bát bẫy bình búa bút cày cặp cần cầu chai chảo chày chăn chậu chén chỉ chiêng chiếu chổi chuông cối cống cung cuốc cưa cửi dao dép đàn đèn đệm đĩa đó đồng đũa đục gáo ghế giày giỏ giường gối gùi guốc gương hòm hộp kèn kéo khay khăn khèn khoan khung kim liềm lờ lược lưới màn mành mâm mẹt mũ muôi ná nến nia niêu nỏ nón nong nồi nơm ô phao phích phuy quạt quần rá rèm rìu rổ rương sách sàng sáo tất tẩy tên thảm thang thìa thoi thúng thước trống tủ túi váy ví võng vở vung xay xẻng xô
cán: bộ
canh: bí cải chua cua gác khoai măng rau riêu
cành: cây chè đào hoa khô lá mai non
cảnh: sắc
cao: nguyên ráo thấp vút
cần: câu tây thiết
cầu: đá gỗ khỉ mây phao sắt tàu tre treo vồng
cây: bạch bàng bông bút cam cau chàm chanh chè chuối cọ dừa đa đào đay đề đước gai gạo hòe hồi hồng keo khế khoai lanh lê lim lúa mắm mận mây me mía mít móc mơ na nêu ngô nhãn nứa ổi phượng quế quýt sắn sấu sến si song sồi sú sung táo táu thông trám trẩu tre trúc vải vầu vẹt xoài xoan
chăm: chỉ học làm ngoan sóc
chăn: bông gà nuôi trâu
chân: núi tay thành thật trời
chè: búp đắng đỗ khô lam ngô sen thái tươi xanh
chèo: chống đò lái thuyền
chỉ: đường tay thêu
chim: bói chào én gáy họa khuyên ngói sáo sẻ ưng vàng yến
chợ: cá chiều hoa huyện nổi phiên quê tết
chơi: bóng cờ đàn trăng xuân
chủ: động nhà nhật trì xe
chùa: hương làng một
chữ: cái đẹp hoa kí nho nôm số viết
con: báo bê bò cáo chạch cháu chồn chuột chữ cò cóc công cua cừu dế diều dốc dơi đò đường én ếch gà gái gấu gián giun hạc heo hến hoẵng hổ hươu kênh khỉ kiến lân lừa lươn mắt mèo mối muỗi mực mương nai ngan nghé ngỗng ngựa nhái nhện nhím nhộng nước ong ốc phượng quạ quay rắn rối rồng rùa ruồi sáo sâu sóc sói sông suối tàu tằm thỏ thuyền tôm trai trăn trâu trẻ vạc vẹt vịt voi vượn yến
cô: bạn chú dâu gái giáo tiên
công: an nhân trường
cờ: đỏ hoa lau tướng vây vua
cơm: cháy chiều gạo lam nắm nếp nguội niêu rang tấm tẻ tối trắng trưa
cúc: áo trắng vàng
củi: đuốc khô lửa rều thông tre
cửa: biển chính cuốn gỗ hàng khẩu lò nhà rừng sau sổ sông
da: bò dẻ đen trời
dân: bản ca chài làng quân tộc
dầu: ăn cá dừa gió gội lạc
dây: chão chun chuyền đàn điện gai leo phơi thừng
dệt: kim lanh len lụa thổ vải
dũng: cảm sĩ
dưa: chua gang hấu lê
đá: bóng cầu cuội đỏ hoa hộc lửa ngọc núi ong quý tảng trắng vôi xanh
đàn: bầu chim cò dê gà gảy hát nguyệt ong tính tranh trâu
đào: hoa phai rừng tạo tiên
đất: cát đá đai đèn đỏ hoang mùn nung nước quê rừng thịt trời
đầu: bếp đuôi làng mùa năm ngõ nguồn tiên xuân
đậu: đen hà phụ tương xanh
đèn: biển dầu điện đỏ hoa lồng ống pha pin trời xanh
đêm: dài đông hè hội khuya mưa nay rằm sao sâu trăng vắng
đi: bộ cày chợ chơi học làm nương
địa: cầu chỉ lí
điện: ảnh gió lạnh lực nước thoại
đình: chùa làng
đò: dọc giang ngang
đỏ: hồng nâu son thắm tươi
đọc: bài báo sách thơ
đồ: ăn chơi cổ dùng đan đồng gỗ gốm hộp mây nghề sứ thờ uống
đồi: cát chè cọ núi sim thông trọc
đội: bóng mũ ngũ trưởng viên
đồng: chí đen hồ lúa nát quê ruộng thau
đường: bay biên bộ hầm kính làng mòn nhựa núi phố ray sắt thẳng thủy tròn về vòng xa
em: bé gái trai út
gánh: củi hàng hát lúa nước xiếc
gạo: lứt mới nếp ngon rang tám tẻ thơm
gặt: hái lúa nhanh
ghế: dài đá đẩu gỗ mây xếp
gia: đình súc sư vị
giáo: viên
giày: bata da thêu vải
giấy: báo dán dó gói lụa màu trắng vở
giếng: cổ đá khơi làng nước trời
gió: bấc biển đông lành lào lốc mạnh mùa nhẹ nồm núi tây xoáy
gói: bánh giấy kẹo mì quà
gỗ: đinh hương lim mít quý sến sưa táu thông
gốc: cây chè đa gác mít rạ rễ tre
gừng: cay già tươi
hái: chè hoa lượm măng nấm quả rau
hang: dơi đá động núi
hàng: cây ngày quán rào tre tuần xóm
hành: hương khô lá tây
hát: ca chèo dân đối ru then thơ tuồng ví xoan
hạt: bụi cát cơm cườm dẻ điều đỗ gạo giống kê lạc muối mưa ngọc ngô nhãn sen thóc tiêu vừng
hiền: dịu hậu hòa lành thục từ
hoa: ban bèo cải cau cúc gạo giấy hồng huệ khô lài lan lau loa ly mai mua ngâu nhài phượng quả quỳnh sen sim súng sứ sữa tím trà trạng tươi văn xoan
hòa: âm bình nhã thuận
họa: mi sĩ tiết
học: bài hành sinh tập trò viện
hồ: bơi cá núi nước sen
hội: đua hè họa họp làng mùa nghị nhà quán thảo trường xuân
kẹo: bông dừa gừng lạc mạch
kể: chuyện
khăn: bàn len mặt piêu quàng rằn tay voan xếp
khe: đá núi sâu suối
kho: báu lúa sách thóc
khoa: học
khoai: lang luộc mì môn nướng sọ tây
khỏe: khoắn mạnh
khói: bếp lam lửa mờ thuốc tỏa trắng xanh
kịch: bản câm nói
kiên: cường nhẫn trì
kim: châm chỉ cương đồng khâu
lá: bạc bàng cây chắn chè chuối cờ dong khô lốt mía non phổi rừng sen thơm thư trầu tre vàng xanh
làm: bài nghề nương rẫy ruộng việc vườn
lan: hồ rừng
làng: bản chài chợ gốm hoa nghề quê xóm
leo: cây dây núi thang trèo
lễ: chào cưới đài hội nghi phép tết vật
lịch: sử treo
lời: ca chào dạy hay khen mời nhắn nói ru thơ
lớp: ba hai học lá mầm một người trưởng
lúa: chiêm chín giống mạch mì mùa nếp non nước nương tẻ trổ vàng xuân
lụa: đào tằm tơ
lửa: bếp cháy đèn đỏ hồng lò rơm rừng than trại
lưng: chừng đồi núi trời
lưới: cá điện
mai: một rùa sau trắng vàng
mái: che đình hiên ngói nhà tranh trường
mát: dịu lành mẻ rượi tay
màu: chàm da đỏ hồng mè nâu nước rêu sắc sữa tím vàng xanh
máy: ảnh bơm cày cưa ép gặt in kéo khâu khoan may nổ phát sấy tính ủi xay
măng: chua đắng khô non nứa sặt tre tươi vầu
mắt: biếc cá lá lưới na xanh
mặt: bàn đất đường hồ nước trăng trời
mật: gấu mía ong
mây: bay đen hồng khói mù núi trắng tre trôi
mía: đường lau tím
món: ăn canh ngon nướng quà xào
mở: cửa đầu đường hội rộng
mũ: bảo cối len lưỡi nồi rộng rơm tai vải
mùa: cưới đông gặt hè hoa khô lúa mưa nước quả thu
múa: hát khèn lân quạt rối sạp trống xòe
muối: biển lạc ớt tiêu vừng
mưa: bão bóng bụi đá lũ nắng ngâu nguồn phùn rào to xuân
năm: học mới nay ngoái tới
nắng: ấm chiều gắt hanh hè mai mới sớm thu vàng xuân
nấm: hương mèo rơm rừng sò tai
nấu: ăn bánh canh chè cơm nướng
ngày: dài hè hội lễ mai mùa nay ngắn rằm xuân xưa
nghề: chài dệt đan gốm in mộc nông rèn thêu thuốc
ngõ: hẻm nhỏ phố sâu xóm
ngọc: bích châu lan trai trời
ngọt: bùi lành lịm ngào thanh
ngô: đồng khoai luộc nếp non nướng rang
người: bạn già lạ làng quen thân yêu
nhà: báo bè bếp cửa đèn ga gỗ hát in khách kho máy ngói nông nước rông sàn tầng thờ thuốc tranh trọ trường văn vườn xe xưởng
nhạc: lễ sĩ
nhanh: chân chóng nhẹn tay
nhẹ: bước dạ nhàng nhõm tay
nón: lá mê quai rơm
nông: dân thôn
núi: cao đá đất đồi lửa non rừng sông tuyết xa xanh
nuôi: cá dạy gà heo ong tằm trồng
nước: biển cam chanh chấm chè dừa đục giếng lạnh lọc lũ máy mắm mặn mía mưa ngầm ngọt nguồn nhà nóng sạch sôi sông suối trong vôi
nương: chàm chè dâu lúa ngô rẫy sắn
ông: bà đồ ngoại nội trời
ớt: bột cay chuông hiểm xanh
phong: cảnh lan phú
phố: chợ cổ hoa huyện núi xá
quà: bánh quê sáng tặng tết
quả: bàng bầu bí bóng cà cam cân cầu chanh chè chuông dâu dừa đất đồi gấc hồng khế lê mận mít mướp núi ổi ớt quýt roi sấu sung tim trám vải xoài
quê: hương mẹ mùa ngoại nhà nội
rau: bí cải cần dền diếp dớn đay húng khoai luộc má mầm mùi muống ngót ngổ non răm rừng sạch sắng sống thơm xào
rộng: lòng mở rãi
ruộng: bậc cạn đất đồng khô lúa nương sâu
ruột: bánh
rừng: cấm cây dừa đước già hoang lim nứa rậm sâu thẳm thiêng thông trám tre vàng xanh
rượu: cần nếp ngô vang
sách: báo bìa học toán tranh truyện vàng vở
sáng: chói mai ngời sớm sủa suốt tạo trong
sao: băng biển đêm hôm mai sáng vàng
sáo: diều đen mèo nâu sậu trúc
sắn: dây lát tàu
sắt: đá hộp son thép
sấm: ran sét
sân: bay bóng chơi đình ga gạch khấu kho nhà phơi sau trước trường vườn
sen: đá hồ hồng trắng vàng
siêng: năng
sông: băng biển ngân ngòi núi nước suối
suối: bạc cạn đá khe mơ nguồn nóng reo sâu trong vàng
sữa: bò bột chua dừa đặc đậu mẹ ong tươi
sương: giá mai mù muối sớm
tàu: biển cá chợ điện hỏa thủy
tay: áo cầm chân lưới nghề trái
tết: âm đến quê tây trung xưa
thác: bạc bờ ghềnh mơ nước trắng
than: bùn củi đá hoa hồng tổ
thanh: bạch bình cao niên tân tịnh
thành: cổ công đạt phố thạo
thật: lòng thà tình
thầy: cô đồ giáo thuốc trò
thể: thao
thêu: hoa ren tay thùa
thịt: ba băm bò cừu gà hun kho luộc nướng rừng trâu vịt
thóc: gạo giống lúa nếp
thổi: cơm kèn khèn lửa sáo
thơ: ca mộng ngây
thơm: lừng ngát ngon nức phức tho
thuốc: bắc bổ lá nam nhuộm tím
thuyền: buồm đua gỗ máy nan
thư: kí tay viện
thương: mến nhớ yêu
tiền: giấy lẻ xu
tiếng: anh chim còi cười đàn động gà gió gọi hát khèn mẹ mưa nói sáo sấm suối thơm vang ve việt
tim: đèn đường sen
tìm: kiếm
tin: nhắn tức yêu
toán: học lí
tóc: bạc dài đen mai mây rối tết tơ xanh xoăn
tỏi: tây
trà: đá gừng mạn sen xanh
trạm: biên xá
tranh: ảnh chấp đá lụa luận sơn thêu thủ tre vẽ
trăng: gió non rằm sáng sao thu tròn vàng
trắng: bạch muốt ngần tinh
tre: đan già ngà nứa pheo trúc xanh
trẻ: em thơ
trò: chơi chuyện diễn đùa giỏi ngoan vui
trồng: cây chè hoa lúa ngô rau rừng sắn trọt
trống: chầu cơm đất đồng gà lân trận
trời: biển cao hanh mây mưa nắng nồm rét sáng sao tối xanh
trứng: cá gà kiến luộc muối rán vịt
trường: học
tuyết: rơi
vai: áo chính diễn gánh trò
vải: bạt bông chàm hoa lanh lụa thiều thô
vàng: anh bạc ròng son ươm
văn: hóa học minh nghệ thơ
về: làng nhà quê
viết: thơ thư văn
vòng: bạc hoa quanh tay tròn xoay xuyến
vở: chèo ghi kịch nháp
vui: cười mừng sướng tươi vẻ
vườn: cam cây chè đào hoa nhà quả rau thú trẻ tược ươm
xanh: biếc lam lơ non rờn thẫm tươi
xe: bò buýt đạp đẩy điện kéo khách lu lửa máy ngựa tải thồ trâu
yêu: mến nước quê thương`;

/** The words with their accents. What is typed is plain() of them. */
export const words = list.trim().split("\n").flatMap((line) => {
  const [first, rest] = line.split(": ");
  return rest.split(" ").map((second) => `${first} ${second}`);
});

/** Returns the text without its Vietnamese accents. */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D");
}
